import { type RefObject, useEffect } from 'react';
import { useAppStore } from '@/entities/hooks';
import { type MessageKey, selectMessage } from '@/entities/messages';
import { series } from '@/lib/i18n/lists';
import { number } from '@/lib/i18n/numbers';
import { nameOf } from '@/lib/people';

/**
 * Says whose a reaction is when the pointer rests on it. The names are looked up then and not before: of the hundreds of
 * reactions on screen hardly one is ever asked about.
 */
export function useReactionTips(
  root: RefObject<HTMLElement | null>,
  conversationId: string,
  keyOf: (key: string) => MessageKey,
): void {
  const store = useAppStore();
  useEffect(() => {
    const element = root.current;
    const name = ({ target }: Event) => {
      const chip = (target as Element).closest<HTMLElement>('[data-do="toggle-reaction"]');
      const key = chip?.closest<HTMLElement>('[data-key]')?.dataset.key;
      if (!chip || key === undefined) return;
      const state = store.getState();
      const message = selectMessage(state, conversationId, keyOf(key));
      const reaction = message?.reactions.find(({ emoji }) => emoji === chip.dataset.emoji);
      if (!reaction) return;
      const names = reaction.user_ids.map((id) => nameOf(state.users[id]));
      const more = reaction.count - names.length;
      chip.dataset.tip = series(more > 0 ? [...names, `+${number(more)}`] : names);
    };
    element?.addEventListener('pointerover', name);
    return () => element?.removeEventListener('pointerover', name);
  }, [root, store, conversationId, keyOf]);
}
