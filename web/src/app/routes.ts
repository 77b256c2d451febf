import { useLocation, useSearch } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import type { Place } from './shell/Navigation';

/** Where one is, as the address bar says it. */
export type Where = {
  place: Place;
  conversationId: string | undefined;
  showsDetails: boolean;
  settingsPage: string | undefined;
  /** The message of the conversation that is to be shown. */
  at: number | undefined;
};

/**
 * Reads a path: `/`, `/c/ID`, `/c/ID/details`, `/people`, `/settings`, `/settings/PAGE`, and behind a conversation
 * `?at=SEQ`. What it does not know is the list.
 */
export function whereOf(path: string, search = ''): Where {
  const [first, second, third] = path.split('/').filter(Boolean);
  return {
    place: first === 'people' || first === 'settings' ? first : 'chats',
    conversationId: first === 'c' ? second : undefined,
    showsDetails: first === 'c' && third === 'details',
    settingsPage: first === 'settings' ? second : undefined,
    at: first === 'c' ? seqOf(new URLSearchParams(search).get('at')) : undefined,
  };
}

/**
 * The address of a conversation, or of one of its messages. `at` is an instruction rather than a place: the thread goes
 * there, shows the message, and takes it out of the address bar; Back then returns to what was read before.
 */
export function conversationPath(id: string, at?: number, showsDetails = false): string {
  const path = showsDetails ? `/c/${id}/details` : `/c/${id}`;
  return at === undefined ? path : `${path}?at=${at}`;
}

/**
 * Where one is now, and how to go elsewhere. `visit` names the entry of the browser's history once a message has been
 * gone to in it.
 */
export function useWhere() {
  const [path, navigate] = useLocation();
  const { visit = '' } = useHistoryState<{ visit?: string } | null>() ?? {};
  return { ...whereOf(path, useSearch()), visit, path, navigate };
}

function seqOf(text: string | null): number | undefined {
  const seq = Number(text);
  return Number.isSafeInteger(seq) && seq > 0 ? seq : undefined;
}
