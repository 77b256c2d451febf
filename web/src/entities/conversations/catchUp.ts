import type { RootState } from '@/app/store';
import { ApiError } from '@/lib/api';
import type { ConversationId, PageRequest, Seq } from '@/protocol';
import { type Answer, backoff, type Realtime } from '@/realtime';
import type { LocalCache } from '../cache/cache';
import { focused, type LoadPart, type Loads, loadMoved, NO_LOADS } from '../messages/slice';
import { blockOf, shownBlock, showsLiveEnd } from '../messages/timeline';
import type { Host } from '../thunk';
import { myOf, versionOf } from './entry';

/** Conversations that are asked about at the same time. The one on screen always comes first. */
const CATCH_UPS_MAX = 4;

/** Messages fetched at a time. */
const PAGE_MESSAGES = 60;

type PageItem = Answer<'answer:page'>;
type ChangesItem = Answer<'answer:changes'>;

/** Asks the server for what is missing: changes behind a gap in the versions, and pages of messages. */
export class CatchUp {
  readonly #host: Host;
  readonly #realtime: Realtime;
  readonly #cache: LocalCache;
  readonly #busy = new Set<ConversationId>();
  #accountBusy = false;

  constructor(host: Host, realtime: Realtime, cache: LocalCache) {
    this.#host = host;
    this.#realtime = realtime;
    this.#cache = cache;
    realtime.listen({ folded: () => this.check(), caughtUp: () => this.check() });
  }

  /** Asks for whatever the state lacks. Cheap when it lacks nothing; called after every batch. */
  check(): void {
    const state = this.#host.getState();
    if (state.connection.status !== 'online') return;
    if (state.account.behind > 0) void this.#closeAccountGap();
    for (const id of lagging(state)) {
      if (this.#busy.size >= CATCH_UPS_MAX) break;
      if (!this.#busy.has(id)) void this.#closeGap(id);
    }
    const { openId } = state.conversations;
    if (openId !== null && !hasRows(state, openId)) void this.open(openId);
  }

  readonly #opening = new Set<ConversationId>();

  /**
   * Sees to it that what a conversation opens with is held: its first new message, else what was read when it was left,
   * else its newest. Whoever goes to a message of it meanwhile is not called back.
   */
  async open(id: ConversationId): Promise<void> {
    if (this.#opening.has(id) || isVisiting(this.#host.getState(), id)) return;
    this.#opening.add(id);
    try {
      await this.#open(id);
    } finally {
      this.#opening.delete(id);
    }
  }

  async #open(id: ConversationId): Promise<void> {
    const focusBefore = focusOf(this.#host.getState(), id);
    await this.#restore(id);
    const state = this.#host.getState();
    if (isVisiting(state, id) || focusOf(state, id) !== focusBefore) return;
    const seq = firstNew(state, id) ?? this.#cache.leftAt(id)?.seq ?? null;
    if (seq === null) this.#host.dispatch(focused({ id, seq }));
    else if (await this.goTo(id, seq)) return;
    await this.latest(id);
  }

  /** Shows the part of a conversation that holds this message; whether it is there. */
  async goTo(id: ConversationId, seq: Seq): Promise<boolean> {
    const timeline = this.#host.getState().messages.timelines[id];
    if (!timeline || !blockOf(timeline, seq))
      return this.page({ conversation_id: id, around: seq }, 'target');
    this.#host.dispatch(focused({ id, seq }));
    this.#leaveFor(id, seq);
    return true;
  }

  /** Sees to it that something of a conversation can be shown: from this device if it has it, then from the server. */
  async latest(id: ConversationId): Promise<void> {
    await this.#restore(id);
    if (!hasRows(this.#host.getState(), id)) await this.page({ conversation_id: id }, 'latest');
  }

  /** Puts in the newest that this device has of a conversation, if nothing of it is held, or comes while it is read. */
  async #restore(id: ConversationId): Promise<void> {
    const isEmpty = () => !hasRows(this.#host.getState(), id);
    if (isEmpty()) await this.#foldKept({ conversation_id: id }, isEmpty);
  }

  /** Folds a page that this device has, if it is still wanted when it has been read; whether it was folded. */
  async #foldKept(request: Omit<PageRequest, 'limit'>, isWanted = () => true): Promise<boolean> {
    const page = await this.#cache.readPage(request, PAGE_MESSAGES);
    const entry = this.#host.getState().conversations.byId[request.conversation_id];
    if (!page || !entry || !isWanted()) return false;
    const { id: conversationId } = entry.shared;
    const asked = { conversationId, life: entry.life, request, askedVersion: page.version, isKept: true };
    this.#foldPage({ kind: 'answer:page', ...asked, answer: page.answer });
    return true;
  }

  /** Folds a page, and what was read before is left for what it is around. */
  #foldPage(item: PageItem): void {
    this.#realtime.fold(item);
    if (item.request.around !== undefined) this.#leaveFor(item.conversationId, item.request.around);
  }

  #leaveFor(id: ConversationId, seq: Seq): void {
    if (this.#cache.leftAt(id)?.seq !== seq) this.#cache.leave(id, undefined);
  }

  /**
   * Gets a page, from this device if it has it, else from the server, unless the same part is on its way; whether it is
   * there. Failure shows in the part's status.
   */
  async page(request: Omit<PageRequest, 'limit'>, part: LoadPart): Promise<boolean> {
    const id = request.conversation_id;
    const state = this.#host.getState();
    const entry = state.conversations.byId[id];
    if (!entry || loadsOf(state, id)[part] === 'loading') return false;
    this.#host.dispatch(loadMoved({ id, part, status: 'loading' }));
    try {
      if (await this.#foldKept(request)) {
        this.#host.dispatch(loadMoved({ id, part, status: 'idle' }));
        return true;
      }
      const full = { ...request, limit: PAGE_MESSAGES };
      const answer = await this.#realtime.request('message:page', full);
      const { life, shared } = entry;
      const asked = { conversationId: id, life, request: full, askedVersion: shared.version };
      this.#foldPage({ kind: 'answer:page', ...asked, answer });
      this.#host.dispatch(loadMoved({ id, part, status: 'idle' }));
      return true;
    } catch {
      this.#host.dispatch(loadMoved({ id, part, status: 'failed' }));
      return false;
    }
  }

  async #closeGap(id: ConversationId): Promise<void> {
    this.#busy.add(id);
    try {
      for (let attempt = 0; this.#isLagging(id); attempt += 1) {
        const before = sinceOf(this.#host.getState(), id);
        await this.#askForChanges(id, before);
        if (sinceOf(this.#host.getState(), id) > before) attempt = 0;
        else await wait(backoff(attempt));
      }
    } catch (error) {
      this.#refused(id, ApiError.from(error));
    } finally {
      this.#busy.delete(id);
      this.check();
    }
  }

  async #askForChanges(id: ConversationId, since: number): Promise<void> {
    const { conversations } = this.#host.getState();
    const life = conversations.byId[id]?.life ?? null;
    const answer = await this.#realtime.request('conversation:changes', { conversation_id: id, since });
    const item = { kind: 'answer:changes', conversationId: id, life, since, answer } as const;
    if (answer.reset) await this.#foldReset(item);
    else this.#realtime.fold(item);
  }

  /**
   * Puts the newest messages in the place of all that is held. Whoever reads far back in the conversation on screen stays
   * there: what is around that is folded with them, unless it cannot be fetched. Whoever goes elsewhere meanwhile is not
   * called back.
   */
  async #foldReset(item: ChangesItem): Promise<void> {
    const { conversationId, life, answer } = item;
    const newestFrom = answer.messages[0]?.seq ?? 1;
    let page: PageItem | undefined;
    let around = this.#readAt(conversationId);
    while (around !== undefined && around < newestFrom && !holds(page, around)) {
      const request = { conversation_id: conversationId, around, limit: PAGE_MESSAGES };
      const read = await this.#realtime.request('message:page', request).catch(() => undefined);
      if (!read) break;
      const askedVersion = answer.version;
      page = { kind: 'answer:page', conversationId, life, request, askedVersion, answer: read };
      around = this.#readAt(conversationId);
    }
    this.#realtime.fold(item);
    if (around !== undefined && holds(page, around)) {
      this.#foldPage({ ...page, request: { ...page.request, around } });
    }
  }

  /** The message that is being read, unless that is the newest, or is what the reader goes to. */
  #readAt(id: ConversationId): Seq | undefined {
    const state = this.#host.getState();
    const timeline = state.messages.timelines[id];
    const shown = timeline && shownBlock(timeline);
    if (!shown || state.conversations.openId !== id) return undefined;
    const left = this.#cache.leftAt(id)?.seq;
    if (left !== undefined && shown.from <= left && left <= shown.to) return left;
    return showsLiveEnd(timeline) ? undefined : (timeline.focus ?? undefined);
  }

  /** Whoever may not ask any more is not in it any more; everything else is tried again with the next catch-up. */
  #refused(id: ConversationId, error: ApiError): void {
    if (error.code !== 'not_found') return;
    const payload = { conversation_id: id, reason: 'removed' as const };
    this.#realtime.fold({ kind: 'conversation:removed', payload, receivedAt: Date.now() });
  }

  async #closeAccountGap(): Promise<void> {
    if (this.#accountBusy) return;
    this.#accountBusy = true;
    try {
      while (this.#host.getState().account.behind > 0) {
        const since = this.#host.getState().account.version;
        const answer = await this.#realtime.request('account:changes', { since });
        this.#realtime.fold({ kind: 'answer:account', answer });
        if (this.#host.getState().account.version === since) break;
      }
    } catch {
      // The next push, or the next catch-up, asks again.
    } finally {
      this.#accountBusy = false;
    }
  }

  #isLagging(id: ConversationId): boolean {
    const state = this.#host.getState();
    return state.connection.status === 'online' && lacks(state, id);
  }
}

/** The number before which, or after which, the next page begins; nothing when that end has been reached. */
export function edgeOf(state: RootState, id: ConversationId, end: 'older' | 'newer'): Seq | undefined {
  const timeline = state.messages.timelines[id];
  const block = timeline && shownBlock(timeline);
  if (!block) return undefined;
  if (end === 'older') return block.from > 1 ? block.from : undefined;
  return block.to < (state.conversations.byId[id]?.shared.last_seq ?? 0) ? block.to : undefined;
}

/** The conversations of which something is missing, the one on screen first. */
export function lagging(state: RootState): readonly ConversationId[] {
  const { behind, byId, openId } = state.conversations;
  const ids = new Set([...Object.keys(behind), ...Object.keys(state.messages.timelines), ...stale(byId)]);
  const missing = [...ids].filter((id) => lacks(state, id));
  return openId !== null && missing.includes(openId)
    ? [openId, ...missing.filter((id) => id !== openId)]
    : missing;
}

/** The version from which changes are missing. */
export function sinceOf(state: RootState, id: ConversationId): number {
  const version = versionOf(state.conversations.byId[id]);
  return Math.min(version, state.messages.timelines[id]?.version ?? version);
}

function lacks(state: RootState, id: ConversationId): boolean {
  const entry = state.conversations.byId[id];
  const heardOf = state.conversations.behind[id] ?? 0;
  if (!entry) return heardOf > 0;
  return entry.stale || heardOf > entry.shared.version || sinceOf(state, id) < entry.shared.version;
}

function stale(byId: RootState['conversations']['byId']): readonly ConversationId[] {
  return Object.keys(byId).filter((id) => byId[id]?.stale);
}

/** The first message that is new to the reader, if there is any. */
function firstNew(state: RootState, id: ConversationId): Seq | undefined {
  const entry = state.conversations.byId[id];
  const my = entry && myOf(entry);
  return my && my.unread > 0 ? my.read_seq + 1 : undefined;
}

/** Somebody goes to a message that is on its way. */
function isVisiting(state: RootState, id: ConversationId): boolean {
  return loadsOf(state, id).target === 'loading';
}

function focusOf(state: RootState, id: ConversationId): Seq | null {
  return state.messages.timelines[id]?.focus ?? null;
}

function loadsOf(state: RootState, id: ConversationId): Loads {
  return state.messages.loads[id] ?? NO_LOADS;
}

function hasRows(state: RootState, id: ConversationId): boolean {
  return (state.messages.timelines[id]?.blocks.length ?? 0) > 0;
}

/** Whether this page is the one to read that message in. */
function holds(page: PageItem | undefined, seq: Seq): page is PageItem {
  if (!page) return false;
  const { request, answer } = page;
  return request.around === seq || (answer.from_seq <= seq && seq <= answer.to_seq);
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
