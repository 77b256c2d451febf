import * as g1 from './goals/g1-initial-size';
import * as g2 from './goals/g2-later-size';
import * as g3 from './goals/g3-lighthouse';
import * as g4 from './goals/g4-cold-start';
import * as g5 from './goals/g5-warm-start';
import * as g6 from './goals/g6-opening';
import * as g7 from './goals/g7-scrolling';
import * as g8 from './goals/g8-typing';
import * as g9 from './goals/g9-responding';
import * as g10 from './goals/g10-flood';
import * as g11 from './goals/g11-memory';
import * as g12 from './goals/g12-latency';
import * as g13 from './goals/g13-outbox';
import * as g14 from './goals/g14-accessibility';
import * as g15 from './goals/g15-languages';
import * as g16 from './goals/g16-installed';
import * as g17 from './goals/g17-development';
import { type Measure, Rig, type SpeedTest } from './harness/rig';

/** Every goal of the client by its number, each measured by a script of its own. */
const GOALS: Record<string, { measure: Measure }> = {
  G1: g1,
  G2: g2,
  G3: g3,
  G4: g4,
  G5: g5,
  G6: g6,
  G7: g7,
  G8: g8,
  G9: g9,
  G10: g10,
  G11: g11,
  G12: g12,
  G13: g13,
  G14: g14,
  G15: g15,
  G16: g16,
  G17: g17,
};

/** `[--quick] [G…]`: everything, unless some goals are named. One goal's failure does not keep the others from running. */
export async function main(args: readonly string[], speedTest: SpeedTest | undefined): Promise<void> {
  const named = args.filter((arg) => arg !== '--quick').map((arg) => arg.toUpperCase());
  const unknown = named.filter((name) => !GOALS[name]);
  if (unknown.length > 0) throw new Error(`There is no goal ${unknown.join(', ')}: they are G1 to G17.`);
  const rig = await Rig.set(args.includes('--quick'), speedTest);
  try {
    for (const name of named.length > 0 ? named : Object.keys(GOALS)) await perform(name, rig);
  } finally {
    await rig.clear();
  }
}

async function perform(name: string, rig: Rig): Promise<void> {
  const begun = performance.now();
  rig.say(`${name} …`);
  try {
    await GOALS[name]?.measure(rig.forGoal(name));
  } catch (error) {
    process.exitCode = 1;
    rig.say(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await rig.closeVisits();
  }
  rig.say(`${name} took ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
}
