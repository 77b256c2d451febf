import { Bundle } from '../harness/bundle';
import type { Bench } from '../harness/rig';

/** What a part that is loaded when it is first wanted may weigh, in KiB; the first name that fits counts. */
const BUDGETS: readonly (readonly [RegExp, number])[] = [
  [/emoji/i, 50],
  [/settings|pane|page/i, 30],
  [/lightbox|media/i, 15],
];
const OTHER_BUDGET = 95;
const ALL_BUDGET = 450;

/** G2: the parts that come later, and all there is. */
export async function measure({ report, say }: Bench): Promise<void> {
  const bundle = new Bundle();
  const parts = bundle.later.map(({ name, scripts }) => ({ name, size: bundle.gzipped(scripts) }));
  for (const { name, size } of parts.toSorted((a, b) => b.size - a.size))
    say(`${size.toFixed(1).padStart(6)} KiB  ${name}`);
  const isOver = ({ name, size }: { name: string; size: number }) => {
    const budget = BUDGETS.find(([pattern]) => pattern.test(name))?.[1] ?? OTHER_BUDGET;
    return size > budget;
  };
  const largest = Math.max(...parts.map(({ size }) => size));
  report({
    case: 'later parts',
    figure: 'largest, KiB gzip',
    value: largest,
    bound: { at_most: OTHER_BUDGET },
  });
  report({
    case: 'later parts',
    figure: 'over their own budget',
    value: parts.filter(isOver).length,
    bound: { at_most: 0 },
  });
  const all = bundle.gzipped(bundle.allScripts);
  report({ case: 'everything', figure: 'JavaScript, KiB gzip', value: all, bound: { at_most: ALL_BUDGET } });
}
