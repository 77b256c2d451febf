import { useRef, useState } from 'react';
import { useAppStore } from '@/entities/hooks';
import { type MessageKey, type MessageView, selectMessage, selectTimeline } from '@/entities/messages';
import { t } from '@/lib/i18n';
import { toast } from '@/ui/toasts';

/** Messages that are chosen at one time. */
export const SELECTED_MAX = 100;

type Chosen = ReadonlyMap<MessageKey, MessageView>;

const NONE: Chosen = new Map();

/**
 * The messages of a conversation that are chosen to do something with all of them. They stay chosen when they leave the
 * page, and even the memory, because the reader scrolls far.
 */
export function useSelection(conversationId: string) {
  const store = useAppStore();
  const [chosen, setChosen] = useState(NONE);
  /** The one that was chosen or given up last: from there a stretch is chosen. */
  const last = useRef<MessageKey>(undefined);

  const viewOf = (key: MessageKey) => selectMessage(store.getState(), conversationId, key);
  const add = (keys: readonly MessageKey[]) => {
    const grown = new Map(chosen);
    for (const key of keys) {
      const message = viewOf(key);
      if (!message || !isSelectable(message)) continue;
      if (grown.size >= SELECTED_MAX && !grown.has(key)) {
        toast(t('select.max', { count: SELECTED_MAX }));
        break;
      }
      grown.set(key, message);
    }
    setChosen(grown);
  };
  return {
    isOn: chosen.size > 0,
    /** As rows are called in the page. */
    keys: new Set([...chosen.keys()].map(String)),
    last,
    /** Chooses a message, or gives it up. */
    toggle: (key: MessageKey) => {
      last.current = key;
      if (chosen.has(key)) setChosen(new Map([...chosen].filter(([each]) => each !== key)));
      else add([key]);
    },
    /** Chooses everything from the last one to this one. */
    extendTo: (key: MessageKey) => {
      const keys = selectTimeline(store.getState(), conversationId);
      const [from, to] = [keys.indexOf(last.current ?? key), keys.indexOf(key)].toSorted((a, b) => a - b);
      last.current = key;
      add(from === undefined || from < 0 ? [key] : keys.slice(from, (to ?? from) + 1));
    },
    clear: () => setChosen(NONE),
    /** In the order in which they were sent; as they are now, as far as they are still held. */
    messages: (): readonly MessageView[] =>
      [...chosen].map(([key, held]) => viewOf(key) ?? held).toSorted((a, b) => a.seq - b.seq),
  };
}

/** What has not been sent cannot be forwarded or deleted, and what the server tells of a group is nobody's message. */
function isSelectable({ seq, kind }: MessageView): boolean {
  return seq > 0 && kind !== 'system';
}
