import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type RootState, rootReducer } from '@/app/store';
import { lagging } from '@/entities/conversations/catchUp';
import { currentMembers } from '@/entities/conversations/entry';
import { signedIn } from '@/entities/session/slice';
import type {
  CauseKind,
  ConversationChanges,
  ConversationId,
  Me,
  MessagePage,
  ServerEvents,
  SyncAnswer,
  UserId,
} from '@/protocol';
import { type PushName, type ServerItem, serverBatch } from '@/realtime';

/**
 * What one person's client was told around one kind of change, as recorded by the server's scenario tests into
 * `crates/testkit/transcripts/*.json`, and replayed here by the reducers that the client really runs.
 *
 * The promise under test: **snapshot + events = fresh snapshot**.
 *
 * How to record one:
 * 1. Bring the server to where the story begins. Connect as `viewer`, `sync` from `null` to the end (one answer, `more`
 *    false), and fetch the newest page of every conversation: that is `snapshot`.
 * 2. Let the change happen. Write down every event that the viewer's socket receives, in order and in full, until
 *    nothing more comes: `events`.
 * 3. On a new socket of the same person do step 1 again: `fresh`.
 *
 * Conversations stay below 100 messages and 20 members, so that one page and one summary show all of them, and at least
 * one transcript of each kind should be of somebody else than the one who acts, with messages unread, hidden and cleared
 * before the change. The viewer has read receipts on.
 */
export interface Transcript {
  /** The kind of change that the story is about; of a shared one its `cause.kind`, else the name of the event. */
  kind: CauseKind | Exclude<PushName, 'conversation:changed'>;
  /** Whose eyes these are. */
  viewer: UserId;
  snapshot: Snapshot;
  /** `[name, payload]`, as they came. */
  events: readonly (readonly [keyof ServerEvents, unknown])[];
  fresh: Snapshot;
}

export interface Snapshot {
  /** The answer to `sync` with `cursor: null`. */
  sync: SyncAnswer;
  /** The answer to `message:page` without `before`, `after` and `around`, `limit` 100, by conversation. */
  pages: Readonly<Record<ConversationId, MessagePage>>;
  /**
   * The answer to `conversation:changes` with `since: 0`, by conversation. Only `fresh` needs it, and only for
   * conversations that the viewer first heard of through the events: their push is a gap, which the client closes by
   * asking.
   */
  changes?: Readonly<Record<ConversationId, ConversationChanges>>;
}

/** Where the server's scenario tests record transcripts. */
export const RECORDED = fileURLToPath(new URL('../../../crates/testkit/transcripts', import.meta.url));

/** Everything that is recorded, by file; nothing in a tree that has no server. */
export function recordedTranscripts(): { file: string; transcript: Transcript }[] {
  if (!existsSync(RECORDED)) return [];
  return readdirSync(RECORDED)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      file,
      transcript: JSON.parse(readFileSync(`${RECORDED}/${file}`, 'utf8')) as Transcript,
    }));
}

/** Folds the snapshot, then the events, and closes the gaps that the events leave where gaps belong. */
export function replay(transcript: Transcript): RootState {
  const started = foldSnapshot(transcript.viewer, transcript.snapshot);
  const told = transcript.events.reduce((state, [name, payload]) => {
    return foldItems(state, [{ kind: name, payload, receivedAt: 0 } as ServerItem]);
  }, started);
  return lagging(told)
    .filter((id) => !told.conversations.byId[id])
    .reduce((state, id) => closeGap(state, id, transcript.fresh), told);
}

/** The state of a client that knows nothing but this snapshot. */
export function foldSnapshot(viewer: UserId, snapshot: Snapshot): RootState {
  return foldItems(stateOf(viewer), itemsOf(snapshot));
}

/** What a client is answered that begins with this snapshot, or begins anew. */
export function itemsOf({ sync, pages }: Snapshot): ServerItem[] {
  const pageItems = Object.entries(pages).map(([conversationId, answer]): ServerItem => {
    const askedVersion = sync.conversations.find(({ id }) => id === conversationId)?.version ?? 0;
    return {
      kind: 'answer:page',
      conversationId,
      life: askedVersion,
      request: { conversation_id: conversationId },
      askedVersion,
      answer,
    };
  });
  return [{ kind: 'answer:sync', fresh: true, answer: sync, receivedAt: 0 }, ...pageItems];
}

/** A store in which only somebody is signed in. */
export function stateOf(viewer: UserId): RootState {
  return rootReducer(undefined, signedIn(meOf(viewer)));
}

export function foldItems(state: RootState, items: readonly ServerItem[]): RootState {
  return rootReducer(state, serverBatch(items));
}

/**
 * What two clients that know the same must agree on: everything durable. Left out is what passes (typing, presence),
 * what only this device knows (what is on screen, what waits to be sent), and on which way the state was reached.
 */
export function normalized(state: RootState) {
  return {
    account: {
      version: state.account.version,
      settings: state.account.settings,
      blocked: Object.values(state.account.blocks)
        .filter((row) => row.blocked)
        .map((row) => row.user_id)
        .toSorted(),
    },
    order: state.conversations.order,
    behind: lagging(state),
    conversations: Object.fromEntries(
      state.conversations.order.map((id) => [id, normalizedConversation(state, id)]),
    ),
  };
}

function normalizedConversation(state: RootState, id: ConversationId) {
  const entry = state.conversations.byId[id];
  const timeline = state.messages.timelines[id];
  const members = entry ? currentMembers(entry) : [];
  return {
    shared: entry?.shared,
    my: entry?.my,
    members: sorted(members),
    users: sorted(members.map(({ user_id }) => ({ user_id, profile: state.users[user_id] }))),
    receipts: sorted(Object.values(state.receipts[id] ?? {}).filter((receipt) => receipt.delivered_seq > 0)),
    version: timeline?.version,
    blocks: timeline?.blocks,
    rows: timeline?.blocks.flatMap((block) => block.seqs.map((seq) => timeline.rows[seq])),
  };
}

function closeGap(state: RootState, id: ConversationId, fresh: Snapshot): RootState {
  const answer = fresh.changes?.[id];
  if (!answer) throw new Error(`the transcript lacks fresh.changes[${id}]`);
  return foldItems(state, [{ kind: 'answer:changes', conversationId: id, life: null, since: 0, answer }]);
}

function sorted<Row extends { user_id: UserId }>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => (a.user_id < b.user_id ? -1 : 1));
}

export function meOf(id: UserId): Me {
  return {
    id,
    username: id,
    display_name: id,
    about: '',
    avatar: null,
    deleted: false,
    role: 'member',
    created_at: 0,
    settings: { read_receipts: true, presence: true, preferences: {} },
  };
}
