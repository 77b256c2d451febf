import { run, unitFailures } from '../harness/commands';
import type { Bench } from '../harness/rig';

/** G15: every language says everything, and nothing is cut when sentences are long. */
export async function measure(bench: Bench): Promise<void> {
  bench.report({
    case: 'English, German, Arabic, Japanese',
    figure: 'failed tests of the catalogues',
    value: await unitFailures('src/lib/i18n'),
    bound: { at_most: 0 },
  });
  const { output } = await run('node', ['scripts/pseudo.mjs']);
  const [, sentences, faults] = /(\d+) sentences, (\d+) faults/.exec(output) ?? [];
  if (faults !== '0') bench.say(output);
  const report = (
    figure: string,
    value: string | undefined,
    bound: { at_most: number } | { at_least: number },
  ) =>
    bench.report({
      case: 'pseudo-language at 320 and 390 px',
      figure,
      value: Number(value ?? Number.NaN),
      bound,
    });
  report('sentences looked at', sentences, { at_least: 1 });
  report('raw or cut', faults, { at_most: 0 });
}
