import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kith } from './kith';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Makes what the journeys share: photos to send and a demonstration. `KITH_PHOTO` and `KITH_PHOTO_SMALL` name photos that
 * are there already. What is returned takes it all away again.
 */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kith-e2e-shared-'));
  process.env.KITH_E2E_DEMO = path.join(folder, 'demo');
  await Kith.fillDemo(process.env.KITH_E2E_DEMO);
  process.env.KITH_PHOTO ??= photo(path.join(folder, 'twelve-megapixels.jpg'), 12);
  process.env.KITH_PHOTO_SMALL ??= photo(path.join(folder, 'small.jpg'), 0.3);
  return () => rm(folder, { recursive: true, force: true });
}

/** A JPEG as a telephone makes it, with the place in its EXIF data and in whatever else can carry it. */
function photo(file: string, megapixels: number): string {
  const args = ['--package', 'kith-media', '--example', 'photo', '--', file, '--megapixels', `${megapixels}`];
  execFileSync('cargo', ['run', '--quiet', '--locked', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return file;
}
