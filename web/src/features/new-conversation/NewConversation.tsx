import { useState } from 'react';
import { createGroup, openDirect } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { selectMe } from '@/entities/session';
import { PeoplePicker } from '@/entities/users/PeoplePicker';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { LIMITS } from '@/protocol';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { PickDialog } from '@/ui/PickDialog';
import type { Pickable } from '@/ui/PickList';
import { TextField } from '@/ui/TextField';
import { toast } from '@/ui/toasts';
import styles from './NewConversation.module.css';

type Props = { onOpen: (conversationId: string) => void; onClose: () => void };

/** Chooses whom to talk with: one person is a direct conversation, more are a group, which then may get a name. */
export function NewConversation({ onOpen, onClose }: Props) {
  const t = useT();
  const dispatch = useAppDispatch();
  const me = useAppSelector(selectMe);
  const [chosen, setChosen] = useState<readonly Pickable[]>([]);
  const [isNaming, setNaming] = useState(false);
  const [busy, setBusy] = useState(false);

  const open = async (deed: () => Promise<string>) => {
    setBusy(true);
    try {
      onOpen(await deed());
      onClose();
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
      setBusy(false);
    }
  };
  const proceed = () => {
    const [only] = chosen;
    if (chosen.length > 1) setNaming(true);
    else if (only) void open(() => dispatch(openDirect(only.id)));
  };

  if (isNaming) {
    return (
      <NameGroup
        count={chosen.length}
        busy={busy}
        onBack={() => setNaming(false)}
        onClose={onClose}
        onCreate={(title) =>
          void open(() => dispatch(createGroup({ title, memberIds: chosen.map(({ id }) => id) })))
        }
      />
    );
  }
  return (
    <PickDialog
      title={t('new.title')}
      status={t('new.chosen', { count: chosen.length })}
      act={chosen.length > 1 ? t('new.next') : t('new.chat')}
      isEmpty={chosen.length === 0}
      busy={busy}
      onAct={proceed}
      onClose={onClose}
    >
      <PeoplePicker
        label={t('new.to')}
        isLeftOut={(id) => id === me?.id}
        chosen={chosen}
        onChange={setChosen}
      />
    </PickDialog>
  );
}

type NameProps = {
  count: number;
  busy: boolean;
  onBack: () => void;
  onCreate: (title: string) => void;
  onClose: () => void;
};

function NameGroup({ count, busy, onBack, onCreate, onClose }: NameProps) {
  const t = useT();
  return (
    <Dialog title={t('group.new')} closeLabel={t('action.close')} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          onCreate(String(new FormData(event.currentTarget).get('title')).trim());
        }}
      >
        <TextField
          name="title"
          label={t('group.name')}
          hint={t('group.nameHint')}
          maxLength={LIMITS.NAME_UTF16_MAX}
          autoComplete="off"
          data-autofocus=""
        />
        <p className={styles.count}>{t('details.group', { count: count + 1 })}</p>
        <div className={styles.actions}>
          <Button onClick={onBack}>{t('action.back')}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {t('group.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
