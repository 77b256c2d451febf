import { useState } from 'react';
import { useT } from '@/lib/i18n';
import { quickReactions } from '@/ui/emoji';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconCircleCheck,
  IconCopy,
  IconInfoCircle,
  IconLink,
  IconMoodSmile,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconPlus,
  IconTrash,
} from '@/ui/icons';
import { Menu, type MenuItem } from '@/ui/Menu';
import type { Place } from '@/ui/place';
import styles from './MessageMenu.module.css';

/** What one may do with a message, as far as its menu must know. */
export type MenuFacts = {
  own: boolean;
  unsent: boolean;
  hasText: boolean;
  mayEdit: boolean;
  pinned: boolean;
  mayPin: boolean;
  mayUnsend: boolean;
  myReaction: string | undefined;
  hasReactions: boolean;
};

export type MessageAction =
  | 'reply'
  | 'edit'
  | 'forward'
  | 'copy'
  | 'link'
  | 'pin'
  | 'select'
  | 'reactions'
  | 'info'
  | 'delete';

type Props = {
  at: Place;
  facts: MenuFacts;
  onAct: (action: MessageAction) => void;
  /** `null` takes one's reaction back. */
  onReact: (emoji: string | null) => void;
  onMoreReactions: () => void;
  onClose: () => void;
};

/** Everything that can be done with one message; on a phone it is a sheet with the quick reactions on top. */
export function MessageMenu({ at, facts, onAct, onReact, onMoreReactions, onClose }: Props) {
  const t = useT();
  const [quick] = useState(quickReactions);
  return (
    <Menu
      label={t('action.menu')}
      at={at}
      items={itemsFor(facts, onAct, t)}
      onClose={onClose}
      header={
        facts.unsent ? undefined : (
          <div role="group" aria-label={t('action.react')} className={styles.quick}>
            {quick.map((emoji) => (
              <button
                key={emoji}
                type="button"
                role="menuitemcheckbox"
                tabIndex={-1}
                aria-checked={emoji === facts.myReaction}
                className={styles.emoji}
                onClick={() => {
                  onClose();
                  onReact(emoji === facts.myReaction ? null : emoji);
                }}
              >
                {emoji}
              </button>
            ))}
            <button
              type="button"
              role="menuitem"
              tabIndex={-1}
              aria-label={t('action.moreReactions')}
              className={styles.emoji}
              onClick={() => {
                onClose();
                onMoreReactions();
              }}
            >
              <IconPlus />
            </button>
          </div>
        )
      }
    />
  );
}

function itemsFor(facts: MenuFacts, onAct: Props['onAct'], t: ReturnType<typeof useT>): MenuItem[] {
  const item = (id: MessageAction, label: string, icon: React.ReactNode, when = true): MenuItem[] =>
    when ? [{ id, label: t(label), icon, onSelect: () => onAct(id) }] : [];
  const remove: MenuItem = {
    id: 'delete',
    label: t('action.delete'),
    icon: <IconTrash />,
    danger: true,
    onSelect: () => onAct('delete'),
  };
  const select = item('select', 'action.select', <IconCircleCheck />);
  if (facts.unsent) return [...select, remove];
  return [
    ...item('reply', 'action.reply', <IconArrowBackUp />),
    ...item('edit', 'action.edit', <IconPencil />, facts.mayEdit),
    ...item('forward', 'action.forward', <IconArrowForwardUp />),
    ...item('copy', 'action.copy', <IconCopy />, facts.hasText),
    ...item('link', 'action.link', <IconLink />),
    ...item(
      'pin',
      facts.pinned ? 'action.unpin' : 'action.pin',
      facts.pinned ? <IconPinnedOff /> : <IconPin />,
      facts.mayPin,
    ),
    ...select,
    ...item('reactions', 'reactions.title', <IconMoodSmile />, facts.hasReactions),
    ...item('info', 'action.info', <IconInfoCircle />),
    'line',
    remove,
  ];
}
