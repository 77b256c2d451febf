import { useEffect, useState, useSyncExternalStore } from 'react';

/** Whether someone looks at this page: it is visible and its window has the focus. */
export function useWatched(): boolean {
  return useSyncExternalStore(subscribe, isWatched);
}

/** {@link useWatched}, outside of React. */
export function isWatched(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(notify: () => void): () => void {
  const events = ['focus', 'blur'] as const;
  for (const event of events) window.addEventListener(event, notify);
  document.addEventListener('visibilitychange', notify);
  return () => {
    for (const event of events) window.removeEventListener(event, notify);
    document.removeEventListener('visibilitychange', notify);
  };
}

const MINUTE_MS = 60_000;

/** The time, to the minute: what says “Today” or “5 minutes ago” is drawn anew when it would become wrong. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
