import { describe, expect, it } from 'vitest';
import type { ServerItem } from '@/realtime';
import { ModelServer } from '@/testing/model-server';
import { Random } from '@/testing/random';
import { foldItems, normalized, stateOf } from '@/testing/transcript';
import { lagging, sinceOf } from './conversations/catchUp';

const PEOPLE = ['ann', 'ben', 'cem'] as const;
const ME = 'ann';
const STEPS = 250;
const SEEDS = 120;

describe('what a client holds is what the server holds, whatever was lost, doubled, swapped or late on the way', () => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))('with seed %i', (seed) => {
    const world = new World(seed);
    for (let step = 0; step < STEPS; step += 1) world.step();
    world.settle();
    world.assertConverged();
  });
});

/** One server, three people, of whom one is watched through a line that loses, doubles, swaps and delays. */
class World {
  readonly #random: Random;
  readonly #server = new ModelServer(PEOPLE);
  readonly #line: ServerItem[] = [];
  readonly #flights: (() => ServerItem | undefined)[] = [];
  readonly #answers: ServerItem[] = [];
  #state = stateOf(ME);

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#server.create('direct', ['ann', 'ben']);
    this.#server.create('group', ['ben', 'ann', 'cem']);
    this.#server.create('group', ['ann', 'cem']);
    this.#server.take(ME);
    this.#sync(null);
  }

  step(): void {
    const moves = [
      this.#act,
      this.#act,
      this.#deliver,
      this.#deliver,
      this.#ask,
      this.#compute,
      this.#receive,
    ];
    this.#random.pick(moves)?.call(this);
    this.#collect();
  }

  /** The line becomes a good one, and the client asks for what it lacks until it lacks nothing. */
  settle(): void {
    while (this.#line.length + this.#flights.length + this.#answers.length > 0) {
      this.#deliver();
      this.#compute();
      this.#receive();
    }
    this.#sync(this.#state.connection.cursor);
    for (let round = 0; lagging(this.#state).length > 0 || this.#state.account.behind > 0; round += 1) {
      if (round > 20) throw new Error(`never catches up: ${lagging(this.#state).join(' ')}`);
      for (const id of lagging(this.#state)) this.#receiveNow(this.#changes(id));
      if (this.#state.account.behind > 0) this.#receiveNow(this.#accountChanges());
    }
  }

  assertConverged(): void {
    const held = normalized(this.#state);
    const fresh = normalized(foldItems(stateOf(ME), [this.#freshSync(null)]));
    expect(held.order).toEqual(fresh.order);
    expect(held.account).toEqual(fresh.account);
    for (const id of fresh.order) {
      const mine = held.conversations[id];
      const theirs = fresh.conversations[id];
      expect(mine?.shared).toEqual(theirs?.shared);
      expect(mine?.my).toEqual(theirs?.my);
      expect(mine?.members).toEqual(theirs?.members);
      expect(mine?.receipts).toEqual(theirs?.receipts);
      this.#assertMessages(id);
    }
  }

  #assertMessages(id: string): void {
    const timeline = this.#state.messages.timelines[id];
    if (!timeline) return;
    const visible = this.#server.visible(ME, id);
    for (const block of timeline.blocks) {
      const truth = visible.filter(({ seq }) => block.from <= seq && seq <= block.to);
      expect(block.seqs.map((seq) => timeline.rows[seq])).toEqual(truth);
    }
    const last = timeline.blocks.at(-1);
    if (timeline.live) expect(last?.to).toBe(this.#state.conversations.byId[id]?.shared.last_seq);
    for (const quote of Object.values(timeline.quotes)) {
      const isShown = timeline.rows[quote.seq] !== undefined;
      // Pushed quotes are the same bytes for everyone: nobody's own reaction is in them.
      if (!isShown) expect(visible.find(({ seq }) => seq === quote.seq)).toMatchObject(quote);
    }
  }

  #act(): void {
    const id = this.#random.pick([...this.#server.conversations.keys()]) ?? '';
    const actor = this.#random.pick(PEOPLE.filter((user) => this.#server.isMember(user, id))) ?? '';
    if (actor === '') return;
    const last = this.#server.conversations.get(id)?.shared.last_seq ?? 0;
    const seq = 1 + this.#random.below(Math.max(1, last));
    const isGroup = this.#server.conversations.get(id)?.shared.kind === 'group';
    const other = this.#random.pick(PEOPLE.filter((user) => user !== actor)) ?? '';
    const deeds: (() => void)[] = [
      () => this.#server.send(actor, id, 'hello'),
      () => this.#server.send(actor, id, `@${other}`),
      () => this.#server.send(actor, id, 'yes', last > 0 ? seq : null),
      () => this.#server.send(actor, id, 'and'),
      () => this.#server.read(actor, id, last),
      () => this.#server.hide(actor, id, seq),
    ];
    if (last > 0) {
      deeds.push(
        () => this.#server.edit(actor, id, seq, 'edited'),
        () => this.#server.unsend(actor, id, seq),
        () => this.#server.react(actor, id, seq, this.#random.pick(['👍', '❤️', null]) ?? null),
        () => this.#server.pin(actor, id, seq, this.#random.chance(0.5)),
      );
    }
    if (this.#random.chance(0.2)) {
      deeds.push(
        () => this.#server.clear(actor, id),
        () => this.#server.mute(actor, id, 1_000),
        () => this.#server.block(actor, other, this.#random.chance(0.5)),
      );
      if (isGroup) {
        deeds.push(
          () => this.#server.rename(actor, id, `Title ${seq}`),
          () => this.#server.add(actor, id, other),
          () => this.#server.remove(actor, id, other),
          () => this.#server.isMember(other, id) && this.#server.setRole(actor, id, other, 'admin'),
        );
      }
    }
    this.#random.pick(deeds)?.();
  }

  /** Pushes enter the line; some never do, some twice, some ahead of the one before. */
  #collect(): void {
    for (const [kind, payload] of this.#server.take(ME)) {
      const item = { kind, payload, receivedAt: 0 } as ServerItem;
      const mayBeLost = kind === 'conversation:changed' || kind === 'account:changed';
      if (mayBeLost && this.#random.chance(0.1)) continue;
      this.#line.push(item);
      if (this.#random.chance(0.1)) this.#line.push(item);
      if (mayBeLost && this.#random.chance(0.1)) this.#swapLast();
    }
  }

  /** Losing access is told in order with everything else; only rows may come in any order. */
  #swapLast(): void {
    const [a, b] = this.#line.slice(-2);
    if (!a || !b || a.kind === 'conversation:removed') return;
    this.#line.splice(-2, 2, b, a);
  }

  #deliver(): void {
    const items = this.#line.splice(0, 1 + this.#random.below(4));
    this.#state = foldItems(this.#state, items);
  }

  #ask(): void {
    const ids = Object.keys(this.#state.conversations.byId);
    const id = this.#random.pick(ids);
    const [behind] = lagging(this.#state);
    if (behind !== undefined && this.#random.chance(0.5)) this.#flights.push(this.#changes(behind));
    else if (this.#state.account.behind > 0 && this.#random.chance(0.5))
      this.#flights.push(this.#accountChanges());
    else if (id !== undefined) this.#flights.push(this.#page(id));
  }

  #compute(): void {
    const flight = this.#flights.shift();
    const item = flight?.();
    if (item) this.#answers.push(structuredClone(item));
  }

  /** Answers of one socket come in the order in which they were asked; pushes may overtake them. */
  #receive(): void {
    const item = this.#answers.shift();
    if (item) this.#state = foldItems(this.#state, [item]);
  }

  #receiveNow(flight: () => ServerItem | undefined): void {
    const item = flight();
    if (item) this.#state = foldItems(this.#state, [structuredClone(item)]);
  }

  #sync(cursor: string | null): void {
    this.#state = foldItems(this.#state, [this.#freshSync(cursor)]);
  }

  #freshSync(cursor: string | null): ServerItem {
    const answer = structuredClone(this.#server.sync(ME, cursor));
    return { kind: 'answer:sync', fresh: cursor === null, answer, receivedAt: 0 };
  }

  #changes(id: string): () => ServerItem | undefined {
    const since = sinceOf(this.#state, id);
    const life = this.#state.conversations.byId[id]?.life ?? null;
    return () => {
      const answer = this.#server.changes(ME, id, since);
      if (!answer)
        return {
          kind: 'conversation:removed',
          payload: { conversation_id: id, reason: 'removed' },
          receivedAt: 0,
        };
      return { kind: 'answer:changes', conversationId: id, life, since, answer };
    };
  }

  #accountChanges(): () => ServerItem {
    const since = this.#state.account.version;
    return () => ({ kind: 'answer:account', answer: this.#server.accountChanges(ME, since) });
  }

  #page(id: string): () => ServerItem | undefined {
    const last = this.#state.conversations.byId[id]?.shared.last_seq ?? 0;
    const seq = 1 + this.#random.below(last + 1);
    const at = this.#random.pick([{}, {}, { before: seq }, { after: seq }, { around: seq }]) ?? {};
    const entry = this.#state.conversations.byId[id];
    const life = entry?.life ?? null;
    const askedVersion = entry?.shared.version ?? 0;
    return () => {
      const answer = this.#server.page(ME, id, at, 5);
      const request = { conversation_id: id, ...at };
      return answer && { kind: 'answer:page', conversationId: id, life, request, askedVersion, answer };
    };
  }
}
