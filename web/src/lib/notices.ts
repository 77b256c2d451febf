/** Of what kind a message is to its reader. One that mentions them is that first. */
export type NoticeKind = 'direct' | 'group' | 'mention';

export const NOTICE_KINDS: readonly NoticeKind[] = ['direct', 'group', 'mention'];

/** How this device tells of messages. Kept on the device: a phone and a desk rarely want the same. */
export type NoticeChoices = {
  /** On the system's screen, once the browser allows it. */
  system: Record<NoticeKind, boolean>;
  sound: Record<NoticeKind, boolean>;
  /** Whether a notification says what was written, or only that something was. */
  preview: boolean;
  /** Hours without system notifications and sound, as local times `HH:MM`; they may go over midnight. */
  quiet: { isOn: boolean; from: string; to: string };
};

const PLAIN: NoticeChoices = {
  system: { direct: true, group: true, mention: true },
  sound: { direct: false, group: false, mention: false },
  preview: true,
  quiet: { isOn: false, from: '22:00', to: '07:00' },
};

const KEY = 'kith.notices';
const ASKED_KEY = 'kith.notices.asked';

/** The choices of this device; storage that is refused or holds nonsense gives the plain ones. */
export function readNoticeChoices(): NoticeChoices {
  try {
    return { ...PLAIN, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<NoticeChoices>) };
  } catch {
    return PLAIN;
  }
}

export function setNoticeChoices(choices: NoticeChoices): void {
  store(KEY, JSON.stringify(choices));
}

/** Whether it is a quiet hour. From a time until the same time is never. */
export function isQuiet({ isOn, from, to }: NoticeChoices['quiet'], now: Date): boolean {
  const time = `${String(now.getHours()).padStart(2, '0')}:${String(now.getMinutes()).padStart(2, '0')}`;
  if (!isOn) return false;
  return from <= to ? time >= from && time < to : time >= from || time < to;
}

/** What the browser says of system notifications; `unavailable` where it has none, as over plain HTTP. */
export function noticePermission(): NotificationPermission | 'unavailable' {
  return 'Notification' in globalThis && isSecureContext ? Notification.permission : 'unavailable';
}

/** Whether to offer notifications now: once per device, and only while nobody has decided. */
export function mayOfferNotices(): boolean {
  if (noticePermission() !== 'default') return false;
  try {
    return localStorage.getItem(ASKED_KEY) === null;
  } catch {
    return false;
  }
}

/** They have been offered; they are not offered again. */
export function noticesOffered(): void {
  store(ASKED_KEY, 'yes');
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A device that keeps nothing asks again, and has the plain choices.
  }
}
