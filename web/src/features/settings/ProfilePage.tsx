import { useState } from 'react';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { selectMe, updateProfile } from '@/entities/session';
import { OwnPhoto } from '@/entities/session/OwnPhoto';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { LIMITS } from '@/protocol';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/TextField';
import { toast } from '@/ui/toasts';
import styles from './Settings.module.css';

/** Who one is to others. */
export function ProfilePage() {
  const t = useT();
  const dispatch = useAppDispatch();
  const me = useAppSelector(selectMe);
  const [busy, setBusy] = useState(false);
  if (!me) return null;

  const save = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    setBusy(true);
    try {
      await dispatch(
        updateProfile({
          displayName: String(data.get('display_name')).trim(),
          about: String(data.get('about')).trim(),
        }),
      );
      toast(t('settings.saved'));
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <OwnPhoto />
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        <TextField
          name="display_name"
          label={t('auth.displayName')}
          defaultValue={me.display_name}
          maxLength={LIMITS.NAME_UTF16_MAX}
          required
          autoComplete="name"
        />
        <TextField label={t('auth.username')} value={me.username} readOnly autoComplete="username" />
        <TextField
          name="about"
          label={t('settings.profileAbout')}
          hint={t('settings.profileAboutHint')}
          defaultValue={me.about}
          maxLength={LIMITS.ABOUT_UTF16_MAX}
        />
        <div className={styles.actions}>
          <Button type="submit" look="primary" busy={busy}>
            {t('action.save')}
          </Button>
        </div>
      </form>
    </>
  );
}
