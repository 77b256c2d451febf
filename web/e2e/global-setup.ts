import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kith } from './kith';

/** A line for each of some hundred packages. */
const CARGO_TELLS_BYTES_MAX = 16_000_000;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Makes what the journeys share: photos to send and a demonstration. `KITH_PHOTO` and `KITH_PHOTO_SMALL` name photos that
 * are there already. What is returned takes it all away again.
 */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kith-e2e-shared-'));
  process.env.KITH_E2E_DEMO = path.join(folder, 'demo');
  await Kith.fillDemo(process.env.KITH_E2E_DEMO);
  const camera = process.env.KITH_PHOTO && process.env.KITH_PHOTO_SMALL ? '' : builtCamera();
  process.env.KITH_PHOTO ??= photo(camera, path.join(folder, 'twelve-megapixels.jpg'), 12);
  process.env.KITH_PHOTO_SMALL ??= photo(camera, path.join(folder, 'small.jpg'), 0.3);
  return () => rm(folder, { recursive: true, force: true });
}

/** A JPEG as a telephone makes it, with the place in its EXIF data and in whatever else can carry it. */
function photo(camera: string, file: string, megapixels: number): string {
  execFileSync(camera, [file, '--megapixels', `${megapixels}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  return file;
}

/**
 * The program that makes photos. It is built as part of the whole workspace: alone it would be built anew, with other
 * features of what it rests on than the tests in Rust have already built it with.
 */
function builtCamera(): string {
  const args = 'build --quiet --locked --workspace --example photo --message-format json'.split(' ');
  const told = execFileSync('cargo', args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: CARGO_TELLS_BYTES_MAX,
  }).toString();
  const built = told
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { target?: { name: string }; executable?: string | null })
    .find(({ target, executable }) => target?.name === 'photo' && executable);
  if (!built?.executable) throw new Error('Cargo has built no program that makes photos.');
  return built.executable;
}
