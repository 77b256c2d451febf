import { noticePermission } from '@/lib/notices';

type Words = { title: string; body: string };

const ICON = '/icon-192.png';

/** A handful; the system keeps no more in sight either. */
const SHOWN_MAX = 20;

/**
 * Notifications on the system's screen, one for each conversation: a newer one takes the place of the one before. Some
 * browsers let only the service worker show them, which then leads back to the conversation.
 */
export class SystemNotices {
  readonly #shown = new Map<string, { close: () => void }>();
  readonly #onOpen: (conversationId: string) => void;

  constructor(onOpen: (conversationId: string) => void) {
    this.#onOpen = onOpen;
    navigator.serviceWorker?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (isOpening(data)) onOpen(data.open);
    });
  }

  show(conversationId: string, { title, body }: Words): void {
    if (noticePermission() !== 'granted') return;
    const options = { body, tag: conversationId, icon: ICON, silent: true };
    try {
      const notice = new Notification(title, options);
      notice.addEventListener('click', () => {
        window.focus();
        notice.close();
        this.#onOpen(conversationId);
      });
      this.#remember(conversationId, notice);
    } catch {
      void this.#showThroughWorker(conversationId, title, options);
    }
  }

  /** Takes away those of conversations that this holds for. */
  closeWhere(holds: (conversationId: string) => boolean): void {
    for (const [id, notice] of this.#shown) {
      if (!holds(id)) continue;
      notice.close();
      this.#shown.delete(id);
    }
  }

  #remember(conversationId: string, notice: { close: () => void }) {
    this.#shown.delete(conversationId);
    this.#shown.set(conversationId, notice);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > SHOWN_MAX && oldest !== undefined) this.#shown.delete(oldest);
  }

  async #showThroughWorker(conversationId: string, title: string, options: NotificationOptions) {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.showNotification(title, options);
    const close = async () => {
      for (const notice of (await registration?.getNotifications({ tag: conversationId })) ?? [])
        notice.close();
    };
    this.#remember(conversationId, { close: () => void close() });
  }
}

function isOpening(data: unknown): data is { open: string } {
  return typeof data === 'object' && data !== null && 'open' in data && typeof data.open === 'string';
}
