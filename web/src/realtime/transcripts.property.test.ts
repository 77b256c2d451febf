import { describe, expect, it } from 'vitest';
import type { RootState } from '@/app/store';
import { lagging, sinceOf } from '@/entities/conversations/catchUp';
import type { AccountRows } from '@/protocol';
import { Random } from '@/testing/random';
import {
  foldItems,
  foldSnapshot,
  itemsOf,
  normalized,
  recordedTranscripts,
  type Transcript,
} from '@/testing/transcript';
import type { ServerItem } from './events';

const SEEDS = 25;
/** Far more than it takes: the machine may have other work. */
const PATIENCE_MS = 60_000;

const transcripts = recordedTranscripts();

describe.skipIf(transcripts.length === 0)('whatever happens on the way to what the server recorded', () => {
  const turns = new Set<string>();

  it.each(transcripts)(
    '$file ends where a fresh snapshot begins, with every seed',
    ({ transcript }) => {
      const fresh = normalized(foldSnapshot(transcript.viewer, transcript.fresh));
      for (let seed = 0; seed < SEEDS; seed += 1) {
        const journey = new Journey(transcript, seed);
        expect({ seed, ends: normalized(journey.travel()) }).toEqual({ seed, ends: fresh });
        for (const turn of journey.turns) turns.add(turn);
      }
    },
    PATIENCE_MS,
  );

  it('took every turn that a way can take', () => {
    const all = ['afresh', 'caught up', 'doubled', 'late', 'lost', 'reset', 'swapped', 'synced'];
    expect([...turns].toSorted()).toEqual(all);
  });
});

/**
 * One way from a recorded snapshot to the end of its story: what the first connection told, in part; perhaps a new connection,
 * which begins with a `sync`; and what the first one had still under way, which arrives after it.
 */
class Journey {
  readonly turns = new Set<string>();
  readonly #random: Random;
  readonly #transcript: Transcript;
  readonly #events: readonly ServerItem[];
  readonly #late: ServerItem[] = [];
  #state: RootState;
  #mayLack = false;

  constructor(transcript: Transcript, seed: number) {
    this.#random = new Random(seed);
    this.#transcript = transcript;
    this.#events = transcript.events.map(
      ([kind, payload]) => ({ kind, payload, receivedAt: 0 }) as ServerItem,
    );
    this.#state = foldSnapshot(transcript.viewer, transcript.snapshot);
  }

  travel(): RootState {
    for (const item of this.#arriving()) this.#fold([item]);
    if (this.#mayLack || this.#random.chance(0.3)) this.#reconnect();
    for (const item of this.#shuffled(this.#late)) this.#fold([item]);
    this.#catchUp();
    return this.#state;
  }

  /**
   * What the first connection brings, in its order but for neighbours of one kind that were swapped on the way: versions
   * tell those apart. What is late comes after the next connection has begun, whose answer knows of it.
   */
  #arriving(): ServerItem[] {
    const arriving: ServerItem[] = [];
    for (const item of this.#events) {
      const fate = this.#random.next();
      if (fate < 0.15) {
        this.turns.add('lost');
        this.#mayLack = true;
        continue;
      }
      if (fate < 0.35) this.#delay(item, 'late');
      else arriving.push(item);
      if (this.#random.chance(0.25)) this.#delay(item, 'doubled');
      if (this.#random.chance(0.25)) arriving.push(item);
      if (this.#random.chance(0.25)) this.#swapLast(arriving);
    }
    return arriving;
  }

  #delay(item: ServerItem, turn: 'late' | 'doubled'): void {
    this.turns.add(turn);
    this.#mayLack ||= turn === 'late';
    this.#late.push(item);
  }

  #swapLast(items: ServerItem[]): void {
    const [first, second] = items.slice(-2);
    if (!first || !second || first === second || first.kind !== second.kind) return;
    this.turns.add('swapped');
    items.splice(-2, 2, second, first);
  }

  /** A new connection: the difference since the cursor, or everything anew. */
  #reconnect(): void {
    const isReset = this.#random.chance(0.4);
    this.turns.add(isReset ? 'reset' : 'synced');
    this.#fold(isReset ? itemsOf(this.#transcript.fresh) : [this.#difference()]);
  }

  /** What `sync` answers to a cursor of the first snapshot: at least what has changed since. */
  #difference(): ServerItem {
    const { snapshot, fresh } = this.#transcript;
    const kept = new Set(fresh.sync.conversations.map(({ id }) => id));
    const removed = snapshot.sync.conversations.map(({ id }) => id).filter((id) => !kept.has(id));
    const account = { ...fresh.sync.account, hidden: this.#hidden() };
    const answer = { ...fresh.sync, removed, account };
    return { kind: 'answer:sync', fresh: false, answer, receivedAt: 0 };
  }

  #hidden(): NonNullable<AccountRows['hidden']> {
    const told = this.#events.filter((item) => item.kind === 'account:changed');
    return told.flatMap(({ payload }) => payload.hidden ?? []);
  }

  /** Asks for what is missing until nothing is, as the client does after every batch. */
  #catchUp(): void {
    for (let round = 0; lagging(this.#state).length > 0 || this.#state.account.behind > 0; round += 1) {
      if (round > 5) throw new Error(`never catches up: ${lagging(this.#state).join(' ')}`);
      this.turns.add('caught up');
      for (const id of lagging(this.#state)) this.#closeGap(id);
      if (this.#state.account.behind > 0) this.#fold([this.#accountChanges()]);
    }
    for (const id of Object.keys(this.#transcript.fresh.pages)) {
      if (!this.#state.messages.timelines[id]) this.#open(id);
    }
  }

  /** What changed in a conversation: all of its rows, which are at least those; or, as after a long absence, all of it anew. */
  #closeGap(id: string): void {
    const whole = this.#transcript.fresh.changes?.[id];
    if (!whole) throw new Error(`the transcript lacks fresh.changes[${id}]`);
    const life = this.#state.conversations.byId[id]?.life ?? null;
    const reset = life === null || this.#random.chance(0.3);
    const answer = { ...whole, reset };
    this.#fold([
      { kind: 'answer:changes', conversationId: id, life, since: sinceOf(this.#state, id), answer },
    ]);
    if (!reset || life === null) return;
    this.turns.add('afresh');
    this.#open(id);
  }

  /** Loads the newest page, as a client does with what it opens. */
  #open(id: string): void {
    const life = this.#state.conversations.byId[id]?.life ?? null;
    const pages = itemsOf(this.#transcript.fresh).filter((item) => item.kind === 'answer:page');
    const own = pages.filter(({ conversationId }) => conversationId === id);
    this.#fold(own.map((page) => ({ ...page, life })));
  }

  /** The rows that changed, as they are now. */
  #accountChanges(): ServerItem {
    const { account, conversations } = this.#transcript.fresh.sync;
    const told = this.#events.filter((item) => item.kind === 'account:changed');
    const rows = told
      .flatMap(({ payload }) => payload.conversations ?? [])
      .flatMap((row) => {
        const my = conversations.find(({ id }) => id === row.conversation_id)?.my;
        return my ? [{ ...row, ...my }] : [];
      });
    const answer = { ...account, conversations: rows, hidden: this.#hidden(), more: false };
    return { kind: 'answer:account', answer };
  }

  #fold(items: readonly ServerItem[]): void {
    this.#state = foldItems(this.#state, structuredClone(items) as ServerItem[]);
  }

  #shuffled(items: readonly ServerItem[]): ServerItem[] {
    const rest = [...items];
    const shuffled: ServerItem[] = [];
    while (rest.length > 0) shuffled.push(...rest.splice(this.#random.below(rest.length), 1));
    return shuffled;
  }
}
