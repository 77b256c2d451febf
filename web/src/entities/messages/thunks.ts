import { ApiError } from '@/lib/api';
import { parseEntities } from '@/lib/text/entities';
import { uuidv7 } from '@/lib/uuid';
import type { ClientId, ConversationId, Mention, Message, Seq } from '@/protocol';
import { edgeOf } from '../conversations/catchUp';
import { touched } from '../conversations/slice';
import {
  HELD_MAX_MS,
  type PendingAttachment,
  type PendingChange,
  type PendingMessage,
} from '../outbox/slice';
import type { AppThunk } from '../thunk';
import { focused } from './slice';
import { showsLiveEnd } from './timeline';

/** A photo or file that is to go with a message. */
export interface NewAttachment {
  file: File;
  alt: string;
  /** Of a photo, in pixels, upright, where it is known already: it is then shown at its size from the beginning. */
  width?: number;
  height?: number;
}

export interface NewMessage {
  conversationId: ConversationId;
  text: string;
  mentions?: readonly Mention[];
  attachments?: readonly NewAttachment[];
  replyTo?: Seq | null;
}

/**
 * Writes a message. It is on screen when this returns, and on disk when the promise is kept; it is sent when the line
 * allows. Whether it was shows in its state.
 */
export function sendMessage(message: NewMessage): AppThunk<Promise<void>> {
  return async (dispatch, _getState, services) => {
    const attachments = (message.attachments ?? []).map(pendingAttachment);
    const files = new Map(attachments.map(({ pending, file }) => [pending.localId, file]));
    services.typing.sent(message.conversationId);
    const queued = dispatch(
      queue({
        conversation_id: message.conversationId,
        text: message.text,
        mentions: message.mentions ?? [],
        entities: parseEntities(message.text, message.mentions ?? []),
        attachments: attachments.map(({ pending }) => pending),
        reply_to: message.replyTo ?? null,
      }),
    );
    await services.outbox.send(queued, files);
  };
}

/** Copies messages of a conversation to others, in the order in which they are given. */
export function forwardMessages(
  from: ConversationId,
  messages: readonly Message[],
  to: readonly ConversationId[],
): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { outbox }) => {
    for (const conversation_id of to) {
      for (const { seq, text, entities, attachments } of messages) {
        const forward = { conversation_id: from, seq };
        const copy = { conversation_id, text, entities, shown: attachments, forward };
        await outbox.send(dispatch(queue(copy)), new Map());
      }
    }
  };
}

/** Sends a message again that the server had refused. */
export function retrySend(id: ConversationId, clientId: ClientId): AppThunk<Promise<void>> {
  return (_dispatch, _getState, { outbox }) => outbox.retry(id, clientId);
}

/** Gives up a message that has not been sent. */
export function discardSend(id: ConversationId, clientId: ClientId): AppThunk {
  return (_dispatch, _getState, { outbox }) => outbox.discard(id, clientId);
}

/**
 * Replaces the text of one's own message. Shown at once; rejects with `conflict` when the text was changed elsewhere in
 * the meantime.
 */
export function editMessage(
  id: ConversationId,
  seq: Seq,
  text: string,
  mentions: readonly Mention[] = [],
): AppThunk<Promise<void>> {
  return async (_dispatch, getState, { outbox }) => {
    const { version } = rowAt(getState(), id, seq);
    const entities = parseEntities(text, mentions);
    await outbox.change({
      ...changeOf(getState(), id, seq),
      kind: 'edit',
      text,
      mentions,
      entities,
      if_version: version,
    });
  };
}

/** Messages that are gone from the screen and will be gone from the server, unless that is thought better of. */
export interface Deletion {
  /** Kept when the server has deleted all of them, or none is to be deleted any more; broken with its refusal. */
  readonly done: Promise<void>;
  /** Takes back what has not been sent yet. */
  undo(): void;
  /** Sends it now: nobody is asked any longer. */
  proceed(): void;
}

/**
 * Deletes messages: for oneself on all of one's devices, or for everyone, which leaves their numbers, senders and times. It
 * is shown and on disk at once, and sent when {@link Deletion.proceed} is called, at the latest after `HELD_MAX_MS`.
 */
export function deleteMessages(
  id: ConversationId,
  seqs: readonly Seq[],
  scope: 'me' | 'everyone',
): AppThunk<Deletion> {
  return (_dispatch, getState, { outbox }) => {
    const changes = seqs.map((seq) => {
      const change = changeOf(getState(), id, seq);
      return { ...change, kind: 'delete' as const, scope, held_until: change.created_at + HELD_MAX_MS };
    });
    return {
      done: Promise.all(changes.map((change) => outbox.change(change))).then(() => undefined),
      undo: () => changes.forEach((change) => outbox.withdraw(id, change.id)),
      proceed: () => changes.forEach((change) => outbox.release(id, change.id)),
    };
  };
}

/** Puts one's reaction on a message, replaces it, or takes it back (`null`). */
export function react(id: ConversationId, seq: Seq, emoji: string | null): AppThunk<Promise<void>> {
  return async (_dispatch, getState, { outbox }) => {
    await outbox.change({ ...changeOf(getState(), id, seq), kind: 'react', emoji });
  };
}

/** Pins a message for everyone, or takes it off. */
export function pinMessage(id: ConversationId, seq: Seq, pinned: boolean): AppThunk<Promise<void>> {
  return async (_dispatch, _getState, { realtime }) => {
    await realtime.request('message:pin', { conversation_id: id, seq, pinned });
  };
}

/** Fetches what is before the first message on screen; whether there was any need and it came. */
export function loadOlder(id: ConversationId): AppThunk<Promise<boolean>> {
  return async (_dispatch, getState, { catchUp }) => {
    const before = edgeOf(getState(), id, 'older');
    return before !== undefined && catchUp.page({ conversation_id: id, before }, 'older');
  };
}

/** Fetches what is after the last message on screen. */
export function loadNewer(id: ConversationId): AppThunk<Promise<boolean>> {
  return async (_dispatch, getState, { catchUp }) => {
    const after = edgeOf(getState(), id, 'newer');
    return after !== undefined && catchUp.page({ conversation_id: id, after }, 'newer');
  };
}

/** Shows the part of the conversation that holds this message; whether it is there. */
export function jumpTo(id: ConversationId, seq: Seq): AppThunk<Promise<boolean>> {
  return (_dispatch, _getState, { catchUp }) => catchUp.goTo(id, seq);
}

/** Shows the newest messages again; what was read before is left for good. */
export function jumpToLatest(id: ConversationId): AppThunk<Promise<boolean>> {
  return async (dispatch, getState, { cache, catchUp }) => {
    cache.leave(id, undefined);
    dispatch(focused({ id, seq: null }));
    const timeline = getState().messages.timelines[id];
    if (timeline && showsLiveEnd(timeline)) return true;
    return catchUp.page({ conversation_id: id }, 'latest');
  };
}

type Draft = Pick<PendingMessage, 'conversation_id' | 'text' | 'entities'> & Partial<PendingMessage>;

/** A pending message of mine, made now, which puts its conversation on top. */
function queue(draft: Draft): AppThunk<PendingMessage> {
  return (dispatch, getState) => {
    const created_at = Date.now();
    const timeline = getState().messages.timelines[draft.conversation_id];
    if (timeline && !showsLiveEnd(timeline)) void dispatch(jumpToLatest(draft.conversation_id));
    dispatch(touched({ id: draft.conversation_id, at: created_at }));
    return {
      client_id: uuidv7(created_at),
      user_id: getState().session.me?.id ?? '',
      mentions: [],
      attachments: [],
      shown: [],
      reply_to: null,
      forward: null,
      created_at,
      state: 'queued',
      problem: null,
      became: null,
      ...draft,
    };
  };
}

function pendingAttachment({ file, alt, width, height }: NewAttachment): {
  pending: PendingAttachment;
  file: File;
} {
  const pending = {
    localId: uuidv7(),
    name: file.name,
    size: file.size,
    mime: file.type,
    alt,
    width: width ?? null,
    height: height ?? null,
    attachment: null,
  };
  return { pending, file };
}

function changeOf(
  state: Parameters<typeof edgeOf>[0],
  conversation_id: ConversationId,
  seq: Seq,
): Pick<PendingChange, 'id' | 'user_id' | 'conversation_id' | 'seq' | 'created_at'> {
  const created_at = Date.now();
  return { id: uuidv7(created_at), user_id: state.session.me?.id ?? '', conversation_id, seq, created_at };
}

function rowAt(state: Parameters<typeof edgeOf>[0], id: ConversationId, seq: Seq): Message {
  const row = state.messages.timelines[id]?.rows[seq];
  if (!row) throw new ApiError({ code: 'not_found', message: 'The message is not there any more.' });
  return row;
}
