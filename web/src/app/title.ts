import { useEffect } from 'react';

/** The page's title: how many are unread, where one is, and what this is. */
export function useTitle(place: string, unread: number): void {
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${place} · Kith`;
  }, [place, unread]);
}
