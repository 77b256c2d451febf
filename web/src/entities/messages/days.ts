import { ApiError } from '@/lib/api';
import type { ConversationId, Message, Seq, Timestamp } from '@/protocol';
import type { AppThunk } from '../thunk';

/** Few enough to be fetched and looked through at one go. */
const STRETCH_MESSAGES = 60;

/** Messages after a number that the reader sees, oldest first. */
type After = (seq: Seq, limit: number) => Promise<readonly Pick<Message, 'seq' | 'created_at'>[]>;

/**
 * The first message of a conversation that is not older than a moment, or nothing where all are older. Without a line it is
 * the first of those that this device has. Rejects with an `ApiError`.
 */
export function firstSince(id: ConversationId, at: Timestamp): AppThunk<Promise<Seq | undefined>> {
  return async (_dispatch, getState, { cache, realtime }) => {
    const last = getState().conversations.byId[id]?.shared.last_seq ?? 0;
    const after: After = async (seq, limit) =>
      (await realtime.request('message:page', { conversation_id: id, after: seq, limit })).messages;
    try {
      return await searchSince(at, last, after);
    } catch (error) {
      if (ApiError.from(error).code !== 'offline') throw error;
      const held = Object.values(getState().messages.timelines[id]?.rows ?? {});
      const rows = [...(await cache.readMessages(id)), ...held].toSorted((a, b) => a.seq - b.seq);
      return rows.find(({ created_at }) => created_at >= at)?.seq;
    }
  };
}

/**
 * Halves what is left until it fits into one page. Times follow numbers, because the server gives both in one breath; numbers
 * that the reader does not see are passed over.
 */
export async function searchSince(at: Timestamp, last: Seq, after: After): Promise<Seq | undefined> {
  let found: Seq | undefined;
  /** Everything up to `older` is older; from `end` on nothing comes before `found`. */
  let [older, end] = [0, last + 1];
  while (end - older - 1 > STRETCH_MESSAGES) {
    const middle = Math.floor((older + end) / 2);
    const [probe] = await after(middle - 1, 1);
    if (probe === undefined || probe.seq >= end) end = middle;
    else if (probe.created_at < at) older = probe.seq;
    else [found, end] = [probe.seq, middle];
  }
  const rows = end - older > 1 ? await after(older, end - older - 1) : [];
  return rows.find(({ seq, created_at }) => seq < end && created_at >= at)?.seq ?? found;
}
