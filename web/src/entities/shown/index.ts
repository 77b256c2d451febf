/** What a conversation has shown: its pinned messages, its photos and its files, as the server lists them. */
import type { Attachment, ConversationId, Message, MessagePage, Seq } from '@/protocol';
import type { AppThunk } from '../thunk';
import { usersLoaded } from '../users/slice';

/** A photo or a file with the message that shows it. */
export type ShownIn = { readonly attachment: Attachment; readonly message: Message };

/** Newest first; `before` is where to go on, when there is more. */
export type ShownPage = { readonly items: readonly ShownIn[]; readonly before: Seq | undefined };

/** The pinned messages, newest first; at most `PINNED_MESSAGES_MAX`. Rejects with an `ApiError`. */
export function loadPins(id: ConversationId): AppThunk<Promise<readonly Message[]>> {
  return async (dispatch, _getState, { api }) => {
    const { messages, users } = await api.get<MessagePage>(`/conversations/${id}/pins`);
    dispatch(usersLoaded(users));
    return messages;
  };
}

/** Photos, or other files, of messages before `before`. Rejects with an `ApiError`. */
export function loadShown(
  id: ConversationId,
  kind: 'image' | 'file',
  before?: Seq,
): AppThunk<Promise<ShownPage>> {
  return async (dispatch, _getState, { api }) => {
    const since = before === undefined ? '' : `&before=${before}`;
    const page = await api.get<MessagePage>(`/conversations/${id}/attachments?kind=${kind}${since}`);
    dispatch(usersLoaded(page.users));
    return {
      items: shownIn(page.messages, kind),
      before: page.at_start ? undefined : page.messages.at(-1)?.seq,
    };
  };
}

/** The photos, or the other files, of these messages, in the order in which they were attached. */
export function shownIn(messages: readonly Message[], kind: 'image' | 'file'): readonly ShownIn[] {
  return messages.flatMap((message) =>
    message.attachments
      .filter((attachment) => (attachment.kind === 'image') === (kind === 'image'))
      .map((attachment) => ({ attachment, message })),
  );
}
