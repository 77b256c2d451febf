const WORDS = (
  'the lake is quiet tonight and we could bring bread or walk along old wall before rain comes again tomorrow maybe ' +
  'nobody knows why ferry left early with all those bicycles yet somebody waited under clock for an hour with warm soup'
).split(' ');

/** Repeats itself from one run to the next, so that two runs measure the same. */
export class Prose {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** One to about sixty words, mostly few, now and then with lines between them, as people write. */
  message(): string {
    const length = 1 + Math.floor(this.#next() ** 3 * 60);
    const words = Array.from({ length }, () => WORDS[Math.floor(this.#next() * WORDS.length)]);
    const breaks = this.#next() < 0.1 ? '\n' : ' ';
    return words.join(breaks);
  }

  *messages(count: number): Iterable<string> {
    for (let written = 0; written < count; written += 1) yield this.message();
  }

  /** A linear congruential generator is random enough for words. */
  #next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }
}
