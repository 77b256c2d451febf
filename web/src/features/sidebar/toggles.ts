import { selectMy, setArchived, setMuted } from '@/entities/conversations';
import type { AppThunk } from '@/entities/thunk';
import { t } from '@/lib/i18n';
import { toast } from '@/ui/toasts';

/** Mutes a conversation for good, or gives it its voice back, and offers to undo it. */
export function toggleMuted(id: string): AppThunk {
  return (dispatch, getState) => {
    const before = selectMy(getState(), id)?.muted_until ?? null;
    const isMuted = before !== null && before > Date.now();
    dispatch(setMuted(id, isMuted ? null : 'always'));
    undoable(t(isMuted ? 'list.unmuted' : 'list.nowMuted'), () => dispatch(setMuted(id, before)));
  };
}

/** Archives a conversation or brings it back, and offers to undo it. */
export function toggleArchived(id: string): AppThunk {
  return (dispatch, getState) => {
    const isArchived = selectMy(getState(), id)?.archived ?? false;
    dispatch(setArchived(id, !isArchived));
    undoable(t(isArchived ? 'list.unarchived' : 'list.archived'), () =>
      dispatch(setArchived(id, isArchived)),
    );
  };
}

function undoable(text: string, undo: () => void) {
  toast(text, { action: { label: t('action.undo'), onSelect: undo } });
}
