// Completes package-lock.json with the platform packages of other systems. npm leaves out those that a mirror does not
// have at the moment of locking, and `npm ci` then refuses the file everywhere. Run after `npm install`:
//   node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const PLATFORM =
  /-(android|darwin|win32|freebsd|linux|openharmony)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(.*))?$/;

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const packages = lock.packages;

for (const [path, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (packages[`node_modules/${name}`] || packages[`${path}/node_modules/${name}`]) continue;
    const platform = name.match(PLATFORM);
    if (!platform) continue;
    const [, os, cpu, suffix = ''] = platform;
    const libc = os === 'linux' ? [suffix.includes('musl') ? 'musl' : 'glibc'] : undefined;
    packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      dev: entry.dev,
      libc,
      optional: true,
      os: [os],
    };
  }
}

const { '': root, ...others } = packages;
const kept = Object.entries(others).filter(([, entry]) => !entry.extraneous);
kept.sort(([one], [other]) => one.localeCompare(other, 'en'));
lock.packages = { '': root, ...Object.fromEntries(kept) };
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
