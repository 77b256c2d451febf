import { useLocation } from 'wouter';
import type { Place } from './shell/Navigation';

/** Where one is, as the address bar says it. */
export type Where = {
  place: Place;
  conversationId: string | undefined;
  showsDetails: boolean;
  settingsPage: string | undefined;
};

/**
 * Reads a path: `/`, `/c/ID`, `/c/ID/details`, `/people`, `/settings`, `/settings/PAGE`. What it does not know is the list.
 */
export function whereOf(path: string): Where {
  const [first, second, third] = path.split('/').filter(Boolean);
  return {
    place: first === 'people' || first === 'settings' ? first : 'chats',
    conversationId: first === 'c' ? second : undefined,
    showsDetails: first === 'c' && third === 'details',
    settingsPage: first === 'settings' ? second : undefined,
  };
}

/** Where one is now, and how to go elsewhere. */
export function useWhere() {
  const [path, navigate] = useLocation();
  return { ...whereOf(path), path, navigate };
}
