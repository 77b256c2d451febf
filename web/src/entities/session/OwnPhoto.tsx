import { useRef, useState } from 'react';
import { thumbnailUrl } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { CropDialog } from '@/ui/CropDialog';
import { toast } from '@/ui/toasts';
import { useAppDispatch, useAppSelector } from '../hooks';
import { selectMe, setAvatar } from './index';
import styles from './OwnPhoto.module.css';

/** One's own picture, and how to have another or none. */
export function OwnPhoto() {
  const t = useT();
  const dispatch = useAppDispatch();
  const me = useAppSelector(selectMe);
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState<File>();
  const change = async (file: File | null) => {
    setBusy(true);
    try {
      await dispatch(setAvatar(file));
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    } finally {
      setBusy(false);
    }
  };
  if (!me) return null;
  const { id, display_name: name, avatar } = me;
  return (
    <div className={styles.photo}>
      <Avatar id={id} name={name} src={avatar ? thumbnailUrl(avatar, 320) : undefined} size={96} />
      <div className={styles.actions}>
        <Button busy={busy} onClick={() => input.current?.click()}>
          {t('settings.changePhoto')}
        </Button>
        {avatar && (
          <Button look="danger-quiet" disabled={busy} onClick={() => void change(null)}>
            {t('settings.removePhoto')}
          </Button>
        )}
        <input
          ref={input}
          type="file"
          accept="image/jpeg,image/png,image/gif,image/webp"
          hidden
          aria-label={t('settings.changePhoto')}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            event.target.value = '';
            if (file) setChosen(file);
          }}
        />
      </div>
      {chosen && <CropDialog file={chosen} onCrop={change} onClose={() => setChosen(undefined)} />}
    </div>
  );
}
