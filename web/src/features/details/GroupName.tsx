import { useState } from 'react';
import { rename } from '@/entities/conversations';
import { useAppDispatch } from '@/entities/hooks';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { PHONE, useMedia } from '@/lib/media';
import { LIMITS } from '@/protocol';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { IconButton } from '@/ui/IconButton';
import { IconPencil } from '@/ui/icons';
import { TextField } from '@/ui/TextField';
import { toast } from '@/ui/toasts';
import styles from './Details.module.css';

type Props = { conversationId: string; name: string; title: string | null; mayEdit: boolean };

/** What the conversation is called; those who may can change it here. */
export function GroupName({ conversationId, name, title, mayEdit }: Props) {
  const t = useT();
  const [isEditing, setEditing] = useState(false);
  const isAlone = useMedia(PHONE);
  return (
    <div className={styles.nameLine}>
      <h2 className={styles.name} aria-level={isAlone ? 1 : 2}>
        <bdi>{name}</bdi>
      </h2>
      {mayEdit && (
        <IconButton small label={t('details.rename')} onClick={() => setEditing(true)}>
          <IconPencil />
        </IconButton>
      )}
      {isEditing && (
        <RenameDialog conversationId={conversationId} title={title} onClose={() => setEditing(false)} />
      )}
    </div>
  );
}

function RenameDialog({
  conversationId,
  title,
  onClose,
}: {
  conversationId: string;
  title: string | null;
  onClose: () => void;
}) {
  const t = useT();
  const dispatch = useAppDispatch();
  const [busy, setBusy] = useState(false);
  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const next = String(new FormData(event.currentTarget).get('title')).trim();
    setBusy(true);
    try {
      await dispatch(rename(conversationId, next === '' ? null : next));
      onClose();
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('details.rename')} size="small" closeLabel={t('action.close')} onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <TextField
          name="title"
          label={t('details.renameLabel')}
          hint={t('group.nameHint')}
          defaultValue={title ?? ''}
          maxLength={LIMITS.NAME_UTF16_MAX}
          autoComplete="off"
          data-autofocus=""
        />
        <Button type="submit" look="primary" wide busy={busy}>
          {t('action.save')}
        </Button>
      </form>
    </Dialog>
  );
}
