import { existsSync, readFileSync } from 'node:fs';
import { run } from '../harness/commands';
import type { Bench } from '../harness/rig';

/** What a contributor waits for, how long at most, in seconds, and how often it is measured. */
const COMMANDS = [
  { name: 'build', most: 6, times: 3 },
  { name: 'check', most: 4, times: 3 },
  { name: 'lint', most: 2, times: 3 },
  { name: 'test', most: 60, times: 1 },
] as const;
const JOURNEYS_SECONDS_MAX = 300;

/** G17: how long it takes to know whether a change is good. */
export async function measure(bench: Bench): Promise<void> {
  for (const { name, most, times } of COMMANDS)
    for (let turn = 0; turn < (bench.quick ? 1 : times); turn += 1) {
      const { code, seconds, output } = await run('npm', ['run', '--silent', name]);
      if (code !== 0) throw new Error(`npm run ${name} failed:\n${output}`);
      bench.report({ case: `npm run ${name}`, figure: 'time, s', value: seconds, bound: { at_most: most } });
    }
  const report = process.env.KITH_E2E_REPORT;
  if (!report || !existsSync(report))
    return bench.say('the journeys have not been run by cargo xtask test yet');
  const { stats } = JSON.parse(readFileSync(report, 'utf8')) as { stats: { duration: number } };
  bench.report({
    case: 'all journeys, when they last ran',
    figure: 'time, s',
    value: stats.duration / 1_000,
    bound: { at_most: JOURNEYS_SECONDS_MAX },
  });
}
