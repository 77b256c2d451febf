import { useEffect, useRef, useState } from 'react';
import { useAppDispatch } from '@/entities/hooks';
import {
  appended,
  asksAnything,
  type Hit,
  keyOfQuery,
  type MessageQuery,
  searchDevice,
  searchServer,
} from '@/entities/search';
import { ApiError } from '@/lib/api';

/** Typing that pauses less than this is still one word. What is on the device is looked through at once. */
const PAUSE_MS = 180;

export type MessageSearch = {
  /** In the order in which they were found: the device's first, newest on top, the server's below. */
  hits: readonly Hit[];
  /** `offline` when only the device was asked. */
  status: 'idle' | 'busy' | 'done' | 'offline' | 'failed';
  error: ApiError | undefined;
  /** Asks for the server's next page, where there is one. */
  more: (() => void) | undefined;
};

type Found = Omit<MessageSearch, 'more'> & { cursor: string | undefined };

const NOTHING: Found = { hits: [], status: 'idle', error: undefined, cursor: undefined };

/**
 * Looks for messages on the device and at the server. What the server finds goes below what is shown, and nothing that is
 * shown ever moves. `perPage` is how many the server is asked for at a time.
 */
export function useMessageSearch(query: MessageQuery, perPage = 30): MessageSearch {
  const dispatch = useAppDispatch();
  const [found, setFound] = useState<Found>(NOTHING);
  const key = keyOfQuery(query);
  const held = useRef(query);
  // The same question in a new object is not asked again.
  if (keyOfQuery(held.current) !== key) held.current = query;
  const asked = held.current;

  useEffect(() => {
    if (!asksAnything(asked)) {
      setFound(NOTHING);
      return undefined;
    }
    let isCurrent = true;
    const put = (change: (now: Found) => Found) => isCurrent && setFound(change);
    const device = dispatch(searchDevice(asked));
    put((now) => ({ ...now, status: 'busy', error: undefined }));
    void device.then((hits) => put(() => ({ hits, status: 'busy', error: undefined, cursor: undefined })));
    const timer = setTimeout(() => {
      const server = dispatch(searchServer(asked, undefined, perPage));
      void Promise.allSettled([device, server]).then(([, answer]) =>
        put((now) =>
          answer.status === 'fulfilled' ? withPage(now, answer.value) : failed(now, answer.reason),
        ),
      );
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [dispatch, asked, perPage]);

  const { cursor, ...shown } = found;
  const more = () => {
    setFound((now) => ({ ...now, status: 'busy' }));
    dispatch(searchServer(asked, cursor, perPage)).then(
      (page) => setFound((now) => withPage(now, page)),
      (error: unknown) => setFound((now) => failed(now, error)),
    );
  };
  return { ...shown, more: cursor === undefined || shown.status === 'busy' ? undefined : more };
}

function withPage(now: Found, page: { hits: readonly Hit[]; cursor: string | undefined }): Found {
  return { hits: appended(now.hits, page.hits), status: 'done', error: undefined, cursor: page.cursor };
}

function failed(now: Found, reason: unknown): Found {
  const error = ApiError.from(reason);
  // Signs without a word are nothing to look for, and so in no message.
  if (error.code === 'invalid') return { ...now, status: 'done' };
  const isAway = error.code === 'offline' || error.code === 'timeout';
  return { ...now, status: isAway ? 'offline' : 'failed', error };
}
