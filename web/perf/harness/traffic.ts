import { Prose } from './prose';
import type { World } from './world';

/** Messages leave in bunches this far apart, as a timer of Node can keep it. */
const BUNCH_EVERY_MS = 20;

/** People who write all the time, in all the rooms in turn. */
export class Traffic {
  readonly #world: World;
  readonly #titles: readonly string[];
  readonly #prose = new Prose(7);
  readonly #underWay = new Set<Promise<void>>();
  readonly #begun = performance.now();
  readonly #rate: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #sent = 0;

  private constructor(world: World, rate: number) {
    this.#world = world;
    this.#rate = rate;
    this.#titles = [...world.rooms.keys()].filter((title) => title.startsWith('Room'));
    this.#timer = setInterval(() => this.#send(), BUNCH_EVERY_MS);
  }

  /** Goes on with so many messages a second for as long as `work` takes, and ends with it even when it fails. */
  static async during<Result>(
    world: World,
    rate: number,
    work: (traffic: Traffic) => Promise<Result>,
  ): Promise<Result> {
    const traffic = new Traffic(world, rate);
    try {
      return await work(traffic);
    } finally {
      await traffic.#stop();
    }
  }

  get sent(): number {
    return this.#sent;
  }

  /** When something was last said in each conversation. */
  readonly lastSpoken = new Map<string, number>();

  /** Ends, and waits until all that was sent is acknowledged. */
  async #stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  #send(): void {
    const due = Math.floor(((performance.now() - this.#begun) / 1_000) * this.#rate);
    for (; this.#sent < due; this.#sent += 1) {
      const id = this.#world.id(this.#title(this.#sent));
      const sent = this.#say(id).finally(() => this.#underWay.delete(sent));
      this.#underWay.add(sent);
    }
  }

  async #say(id: string): Promise<void> {
    const { created_at } = await this.#world.ben.say(id, this.#prose.message());
    this.lastSpoken.set(id, Math.max(created_at, this.lastSpoken.get(id) ?? 0));
  }

  #title(turn: number): string {
    return this.#titles[turn % this.#titles.length] ?? '';
  }
}
