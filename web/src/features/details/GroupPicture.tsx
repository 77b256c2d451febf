import { useRef, useState } from 'react';
import { setGroupAvatar } from '@/entities/conversations';
import { useAppDispatch } from '@/entities/hooks';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { CropDialog } from '@/ui/CropDialog';
import { IconButton } from '@/ui/IconButton';
import { IconPhoto } from '@/ui/icons';
import { Spinner } from '@/ui/Spinner';
import { toast } from '@/ui/toasts';
import styles from './Details.module.css';

/** Gives the group another picture. */
export function GroupPicture({ conversationId }: { conversationId: string }) {
  const t = useT();
  const dispatch = useAppDispatch();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState<File>();
  const change = async (file: File) => {
    setBusy(true);
    try {
      await dispatch(setGroupAvatar(conversationId, file));
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={styles.action}>
      <IconButton
        look="soft"
        label={t('details.photo')}
        disabled={busy}
        onClick={() => input.current?.click()}
      >
        {busy ? <Spinner /> : <IconPhoto />}
      </IconButton>
      <span aria-hidden="true">{t('details.picture')}</span>
      <input
        ref={input}
        type="file"
        hidden
        accept="image/jpeg,image/png,image/gif,image/webp"
        aria-label={t('details.photo')}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) setChosen(file);
        }}
      />
      {chosen && <CropDialog file={chosen} onCrop={change} onClose={() => setChosen(undefined)} />}
    </div>
  );
}
