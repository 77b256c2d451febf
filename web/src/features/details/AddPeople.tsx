import { useState } from 'react';
import { addMembers, selectMembers } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { PeoplePicker } from '@/entities/users/PeoplePicker';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { IconButton } from '@/ui/IconButton';
import { IconUserPlus } from '@/ui/icons';
import { PickDialog } from '@/ui/PickDialog';
import type { Pickable } from '@/ui/PickList';
import { toast } from '@/ui/toasts';
import styles from './Details.module.css';

/** Brings more people into a group. */
export function AddPeople({ conversationId }: { conversationId: string }) {
  const t = useT();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={styles.action}>
      <IconButton
        look="soft"
        label={t('details.addPeople')}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <IconUserPlus />
      </IconButton>
      <span aria-hidden="true">{t('action.add')}</span>
      {isOpen && <AddDialog conversationId={conversationId} onClose={() => setOpen(false)} />}
    </div>
  );
}

function AddDialog({ conversationId, onClose }: { conversationId: string; onClose: () => void }) {
  const t = useT();
  const dispatch = useAppDispatch();
  const members = useAppSelector((state) => selectMembers(state, conversationId));
  const [chosen, setChosen] = useState<readonly Pickable[]>([]);
  const [isAdding, setAdding] = useState(false);
  const add = async () => {
    setAdding(true);
    try {
      await dispatch(
        addMembers(
          conversationId,
          chosen.map(({ id }) => id),
        ),
      );
      onClose();
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
      setAdding(false);
    }
  };
  return (
    <PickDialog
      title={t('details.addPeople')}
      status={t('new.chosen', { count: chosen.length })}
      act={t('action.add')}
      isEmpty={chosen.length === 0}
      busy={isAdding}
      onAct={() => void add()}
      onClose={onClose}
    >
      <PeoplePicker
        label={t('details.addPeople')}
        isLeftOut={(id) => members.some(({ user_id }) => user_id === id)}
        chosen={chosen}
        onChange={setChosen}
      />
    </PickDialog>
  );
}
