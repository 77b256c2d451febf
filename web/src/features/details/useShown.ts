import { useCallback, useEffect, useMemo, useState } from 'react';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { selectMessage, selectTimeline } from '@/entities/messages';
import { loadShown, type ShownIn, shownIn } from '@/entities/shown';
import { ApiError } from '@/lib/api';
import type { Message } from '@/protocol';

export type Shown = {
  items: readonly ShownIn[];
  status: 'busy' | 'done' | 'failed';
  error: ApiError | undefined;
  /** Asks for the next page, or again for one that failed; nothing when there is no more. */
  more: (() => void) | undefined;
};

type Pages = { items: readonly ShownIn[]; before: number | undefined };

/**
 * The photos, or the files, of a conversation, newest first: the server's list page by page, and before it has answered
 * what is loaded of the conversation.
 */
export function useShown(conversationId: string, kind: 'image' | 'file'): Shown {
  const dispatch = useAppDispatch();
  const [pages, setPages] = useState<Pages>();
  const [state, setState] = useState<Pick<Shown, 'status' | 'error'>>({ status: 'busy', error: undefined });
  const loaded = useLoaded(conversationId, kind);
  const newest = loaded[0]?.message.seq ?? 0;

  const load = useCallback(
    async (before?: number) => {
      setState({ status: 'busy', error: undefined });
      try {
        const page = await dispatch(loadShown(conversationId, kind, before));
        setPages((now) => ({
          items: before === undefined ? page.items : [...(now?.items ?? []), ...page.items],
          before: page.before,
        }));
        setState({ status: 'done', error: undefined });
      } catch (error) {
        setState({ status: 'failed', error: ApiError.from(error) });
      }
    },
    [dispatch, conversationId, kind],
  );
  // Again when something new is shown in the conversation.
  useEffect(() => void load(), [load, newest]);

  const hasMore = state.status === 'failed' || (state.status === 'done' && pages?.before !== undefined);
  return {
    items: pages?.items ?? loaded,
    ...state,
    more: hasMore ? () => void load(pages?.before) : undefined,
  };
}

function useLoaded(conversationId: string, kind: 'image' | 'file'): readonly ShownIn[] {
  const messages = useAppSelector(
    (state): readonly Message[] =>
      selectTimeline(state, conversationId)
        .flatMap((key) => selectMessage(state, conversationId, key) ?? [])
        .filter(({ attachments, seq }) => attachments.length > 0 && seq > 0)
        .toReversed(),
    (a, b) => a.length === b.length && a.every((each, index) => each === b[index]),
  );
  return useMemo(() => shownIn(messages, kind), [messages, kind]);
}
