import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kith } from './kith';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = path.join(ROOT, 'target', 'e2e');

/** Makes what the journeys share: photos to send (`KITH_PHOTO` names the large one when there is one) and a demonstration. */
export default async function globalSetup(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  process.env.KITH_E2E_DEMO = path.join(FOLDER, 'demo');
  await Kith.fillDemo(process.env.KITH_E2E_DEMO);
  process.env.KITH_PHOTO ??= photo('twelve-megapixels.jpg', 12);
  process.env.KITH_PHOTO_SMALL ??= photo('small.jpg', 0.3);
}

/** A JPEG as a telephone makes it, with the place in its EXIF data and in whatever else can carry it. */
function photo(name: string, megapixels: number): string {
  const file = path.join(FOLDER, name);
  const args = ['--package', 'kith-media', '--example', 'photo', '--', file, '--megapixels', `${megapixels}`];
  execFileSync('cargo', ['run', '--quiet', '--locked', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return file;
}
