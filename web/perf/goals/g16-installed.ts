import { isInstalled, visitAnn } from '../harness/client';
import { journeys } from '../harness/commands';
import type { Bench } from '../harness/rig';

/** G16: a browser offers to install it; it starts without a network, an update keeps the draft, three tabs notify once. */
export async function measure(bench: Bench): Promise<void> {
  const ann = await visitAnn(bench);
  await isInstalled(ann);
  await ann.page.reload();
  const { installabilityErrors } = await ann.cdp.send('Page.getInstallabilityErrors');
  // The browser of a test forgets everything when it is closed, and such a one installs nothing.
  const errors = installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito');
  for (const { errorId } of errors) bench.say(`not installable: ${errorId}`);
  await ann.leave();
  bench.report({
    case: 'installing',
    figure: 'reasons against it',
    value: errors.length,
    bound: { at_most: 0 },
  });
  const { passed, failed, output } = await journeys('@installed');
  if (failed > 0) bench.say(output);
  bench.report({ case: 'journeys', figure: 'passed', value: passed, bound: { at_least: 1 } });
  bench.report({ case: 'journeys', figure: 'failed', value: failed, bound: { at_most: 0 } });
}
