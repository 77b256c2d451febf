import { useT } from '@/lib/i18n';
import {
  IconArchive,
  IconArchiveOff,
  IconBell,
  IconBellOff,
  IconEraser,
  IconLogout,
  IconMail,
  IconPin,
  IconPinnedOff,
} from '@/ui/icons';
import { Menu, type MenuItem } from '@/ui/Menu';
import type { Place } from '@/ui/place';

export type ConversationMenuFacts = {
  isGroup: boolean;
  pinned: boolean;
  muted: boolean;
  archived: boolean;
  unread: boolean;
};

export type ConversationAction =
  | { kind: 'pin'; pinned: boolean }
  | { kind: 'mute'; hours: 0 | 1 | 8 | 'always' }
  | { kind: 'unread'; unread: boolean }
  | { kind: 'archive'; archived: boolean }
  | { kind: 'clear' }
  | { kind: 'leave' };

type Props = {
  at: Place;
  title: string;
  facts: ConversationMenuFacts;
  onAct: (action: ConversationAction) => void;
  onClose: () => void;
};

/** What can be done with a conversation from the list. */
export function ConversationMenu({ at, title, facts, onAct, onClose }: Props) {
  const t = useT();
  return (
    <Menu
      at={at}
      label={t('list.menu', { name: title })}
      items={itemsFor(facts, onAct, t)}
      onClose={onClose}
    />
  );
}

function itemsFor(
  facts: ConversationMenuFacts,
  onAct: Props['onAct'],
  t: ReturnType<typeof useT>,
): MenuItem[] {
  const { pinned, muted, archived, unread, isGroup } = facts;
  const mute = (hours: 0 | 1 | 8 | 'always'): MenuItem => ({
    id: `mute-${hours}`,
    label: t(hours === 0 ? 'list.unmute' : hours === 'always' ? 'list.muteAlways' : 'list.muteHours', {
      count: Number(hours) || 0,
    }),
    icon: hours === 0 ? <IconBell /> : <IconBellOff />,
    onSelect: () => onAct({ kind: 'mute', hours }),
  });
  return [
    {
      id: 'pin',
      label: t(pinned ? 'list.unpin' : 'list.pin'),
      icon: pinned ? <IconPinnedOff /> : <IconPin />,
      onSelect: () => onAct({ kind: 'pin', pinned: !pinned }),
    },
    {
      id: 'unread',
      label: t(unread ? 'list.markRead' : 'list.markUnread'),
      icon: <IconMail />,
      onSelect: () => onAct({ kind: 'unread', unread: !unread }),
    },
    {
      id: 'archive',
      label: t(archived ? 'list.unarchive' : 'list.archive'),
      icon: archived ? <IconArchiveOff /> : <IconArchive />,
      onSelect: () => onAct({ kind: 'archive', archived: !archived }),
    },
    'line',
    ...(muted ? [mute(0)] : [mute(1), mute(8), mute('always')]),
    'line',
    {
      id: 'clear',
      label: t('list.clear'),
      icon: <IconEraser />,
      danger: true,
      onSelect: () => onAct({ kind: 'clear' }),
    },
    ...(isGroup
      ? [
          {
            id: 'leave',
            label: t('list.leave'),
            icon: <IconLogout />,
            danger: true,
            onSelect: () => onAct({ kind: 'leave' }),
          },
        ]
      : []),
  ];
}
