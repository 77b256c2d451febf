import { useEffect } from 'react';

const ICON = '/icon.svg';
const ICON_UNREAD = '/icon-unread.svg';

/** Shows how many are unread on the installed client's icon, and that some are on the tab's. */
export function useBadge(unread: number): void {
  const isUnread = unread > 0;
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon) icon.href = isUnread ? ICON_UNREAD : ICON;
  }, [isUnread]);
  useEffect(() => {
    if (!('setAppBadge' in navigator)) return;
    // Not installed, or not allowed: the icon then stays as it is.
    navigator.setAppBadge(unread).catch(() => undefined);
  }, [unread]);
}
