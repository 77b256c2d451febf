import type { ApiError } from '@/lib/api';
import type { ErrorBody, SendMessage } from '@/protocol';
import type { PendingMessage } from './slice';

/** What the server is told of a message whose files are up. */
export function payloadOf(message: PendingMessage, attachment_ids: readonly string[]): SendMessage {
  const { conversation_id, client_id, text, mentions, reply_to, forward } = message;
  // A forward is a copy that the server makes: it carries nothing of its own, not even the words shown for it here.
  if (forward !== null) return { conversation_id, client_id, forward };
  return {
    conversation_id,
    client_id,
    ...(text === '' ? {} : { text }),
    ...(mentions.length === 0 ? {} : { mentions: [...mentions] }),
    ...(attachment_ids.length === 0 ? {} : { attachment_ids: [...attachment_ids] }),
    ...(reply_to === null ? {} : { reply_to }),
  };
}

/** A refusal as it is kept. What went wrong on the way counts as a server that was not there. */
export function bodyOf(error: ApiError): ErrorBody {
  const code = error.code === 'offline' || error.code === 'timeout' ? 'unavailable' : error.code;
  return {
    code,
    message: error.message,
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.limit === undefined ? {} : { limit: error.limit }),
    ...(error.seq === undefined ? {} : { seq: error.seq }),
  };
}
