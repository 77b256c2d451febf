import { type Deletion, HELD_MAX_MS } from '@/entities/messages';
import { t } from '@/lib/i18n';
import { beforeLeaving } from '@/lib/leaving';
import { readKeymap } from '@/lib/shortcuts';
import { dismissToast, toast } from '@/ui/toasts';

/** What can be taken back now, the last at the end. */
let offers: readonly Deletion[] = [];

/**
 * Offers to take a deletion back for as long as a toast says so: by its button, and by Ctrl+Z wherever nothing is being
 * written. After that, and when the page is left, it goes through.
 */
export function offerUndo(deletion: Deletion, messages: number): void {
  const id = toast(t('delete.done', { count: messages }), {
    action: { label: t('action.undo'), onSelect: deletion.undo },
    onGone: () => {
      stay();
      clearTimeout(limit);
      setOffers(offers.filter((each) => each !== offer));
      deletion.proceed();
    },
  });
  const end = () => dismissToast(id);
  const stay = beforeLeaving(end);
  // Whoever keeps pointing at it keeps it there, but nothing can be taken back for ever.
  const limit = setTimeout(end, HELD_MAX_MS);
  const offer = { ...deletion, undo: () => (deletion.undo(), end()) };
  setOffers([...offers, offer]);
  // It also goes through by other ways, such as signing out; there is nothing to offer any more then.
  void deletion.done.then(end, end);
}

function setOffers(next: readonly Deletion[]): void {
  offers = next;
  if (offers.length > 0) document.addEventListener('keydown', undoLast, true);
  else document.removeEventListener('keydown', undoLast, true);
}

function undoLast(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, shiftKey, altKey, target } = event;
  const isUndo = (ctrlKey || metaKey) && !shiftKey && !altKey && key.toLowerCase() === 'z';
  if (!isUndo || isWriting(target) || !readKeymap().isOn) return;
  event.preventDefault();
  offers.at(-1)?.undo();
}

/** There Ctrl+Z takes back what was typed. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
}
