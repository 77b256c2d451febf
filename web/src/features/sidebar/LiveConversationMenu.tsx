import { useRef, useState } from 'react';
import {
  clearConversation,
  leave,
  markRead,
  markUnread,
  selectConversation,
  selectListRow,
  setMuted,
  setPinned,
} from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import type { Place } from '@/ui/place';
import { toast } from '@/ui/toasts';
import { type ConversationAction, ConversationMenu } from './ConversationMenu';
import { toggleArchived } from './toggles';

type Props = { id: string; at: Place; onClose: () => void; onGone: (id: string) => void };

const HOUR_MS = 3_600_000;

/** The menu of a row with what it does, and the question before what is hard to take back. */
export function LiveConversationMenu({ id, at, onClose, onGone }: Props) {
  const t = useT();
  const dispatch = useAppDispatch();
  const row = useAppSelector((state) => selectListRow(state, id));
  const lastSeq = useAppSelector((state) => selectConversation(state, id)?.last_seq ?? 0);
  const [asking, setAsking] = useState<'clear' | 'leave'>();
  /** Choosing from the menu closes it; a question keeps this mounted until it is answered. */
  const isAsking = useRef(false);
  if (!row) return null;

  const act = (action: ConversationAction) => {
    if (action.kind === 'clear' || action.kind === 'leave') {
      isAsking.current = true;
      setAsking(action.kind);
      return;
    }
    if (action.kind === 'pin') dispatch(setPinned(id, action.pinned));
    if (action.kind === 'archive') dispatch(toggleArchived(id));
    if (action.kind === 'unread') dispatch(action.unread ? markUnread(id) : markRead(id, lastSeq));
    if (action.kind === 'mute') dispatch(setMuted(id, muteEnd(action.hours)));
  };
  const confirmed = async () => {
    try {
      await dispatch(asking === 'leave' ? leave(id) : clearConversation(id));
      if (asking === 'leave') onGone(id);
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    }
  };
  if (asking) {
    return (
      <ConfirmDialog
        danger
        title={asking === 'leave' ? t('list.leaveTitle', { name: row.title }) : t('list.clearTitle')}
        text={asking === 'leave' ? t('details.leaveText') : t('list.clearText')}
        confirm={asking === 'leave' ? t('list.leave') : t('list.clear')}
        onConfirm={confirmed}
        onClose={onClose}
      />
    );
  }
  return (
    <ConversationMenu
      at={at}
      title={row.title}
      facts={{
        isGroup: row.kind === 'group',
        pinned: row.pinned,
        muted: row.muted,
        archived: row.archived,
        unread: row.unread > 0 || row.markedUnread,
      }}
      onAct={act}
      onClose={() => {
        if (!isAsking.current) onClose();
      }}
    />
  );
}

function muteEnd(hours: 0 | 1 | 8 | 'always'): number | 'always' | null {
  if (hours === 0 || hours === 'always') return hours === 0 ? null : hours;
  return Date.now() + hours * HOUR_MS;
}
