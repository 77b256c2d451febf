import { useEffect, useState } from 'react';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import {
  changePassword,
  deleteAccount,
  endOtherSessions,
  endSession,
  loadSessions,
  selectSessions,
  signOut,
} from '@/entities/session';
import { ApiError } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { dateAndTime } from '@/lib/i18n/dates';
import { errorText } from '@/lib/i18n/errors';
import { LIMITS } from '@/protocol';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Dialog } from '@/ui/Dialog';
import { IconButton } from '@/ui/IconButton';
import { IconDeviceLaptop, IconLogout } from '@/ui/icons';
import { TextField } from '@/ui/TextField';
import { toast } from '@/ui/toasts';
import styles from './Settings.module.css';

/** Password, devices and the way out. */
export function Security() {
  const t = useT();
  const [isDeleting, setDeleting] = useState(false);
  return (
    <>
      <PasswordForm />
      <Devices />
      <section className={styles.section}>
        <div className={styles.actions}>
          <SignOut />
          <Button look="danger-quiet" onClick={() => setDeleting(true)}>
            {t('settings.delete')}
          </Button>
        </div>
      </section>
      {isDeleting && <DeleteAccount onClose={() => setDeleting(false)} />}
    </>
  );
}

function PasswordForm() {
  const t = useT();
  const dispatch = useAppDispatch();
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<{ current?: string; next?: string }>({});
  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const next = String(data.get('next'));
    if (next.length < LIMITS.PASSWORD_CHARS_MIN) {
      setErrors({ next: t('auth.passwordShort', { count: LIMITS.PASSWORD_CHARS_MIN }) });
      return;
    }
    setBusy(true);
    setErrors({});
    try {
      await dispatch(changePassword({ current: String(data.get('current')), next }));
      form.reset();
      toast(t('settings.passwordChanged'));
    } catch (error) {
      const isWrong = ['unauthorized', 'forbidden'].includes(ApiError.from(error).code);
      setErrors(isWrong ? { current: t('settings.currentPasswordWrong') } : { next: errorText(error) });
    } finally {
      setBusy(false);
    }
  };
  const reveal = { show: t('auth.showPassword'), hide: t('auth.hidePassword') };
  return (
    <section className={styles.section}>
      <h2>{t('settings.changePassword')}</h2>
      <form className={styles.form} noValidate onSubmit={(event) => void submit(event)}>
        <TextField
          name="current"
          type="password"
          label={t('settings.currentPassword')}
          autoComplete="current-password"
          error={errors.current}
          reveal={reveal}
        />
        <TextField
          name="next"
          type="password"
          label={t('settings.newPassword')}
          autoComplete="new-password"
          error={errors.next}
          reveal={reveal}
        />
        <div className={styles.actions}>
          <Button type="submit" busy={busy}>
            {t('settings.changePassword')}
          </Button>
        </div>
      </form>
    </section>
  );
}

function Devices() {
  const t = useT();
  const dispatch = useAppDispatch();
  const sessions = useAppSelector(selectSessions);
  useEffect(() => {
    dispatch(loadSessions()).catch((error: unknown) => toast(errorText(error), { tone: 'danger' }));
  }, [dispatch]);
  const attempt = (deed: Promise<unknown>) =>
    void deed.catch((error: unknown) => toast(errorText(error), { tone: 'danger' }));
  return (
    <section className={styles.section}>
      <h2>{t('settings.sessions')}</h2>
      <ul>
        {sessions?.map((session) => (
          <li key={session.id} className={styles.session}>
            <IconDeviceLaptop aria-hidden="true" />
            <div>
              <bdi>{session.device}</bdi>
              <small>{t('settings.device.lastUsed', { when: dateAndTime(session.last_used_at) })}</small>
            </div>
            {session.current ? (
              <span className={styles.currentMark}>{t('settings.current')}</span>
            ) : (
              <IconButton
                label={t('settings.endSession', { device: session.device })}
                onClick={() => attempt(dispatch(endSession(session.id)))}
              >
                <IconLogout />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {sessions && sessions.length > 1 && (
        <div className={styles.actions}>
          <Button onClick={() => attempt(dispatch(endOtherSessions()))}>{t('settings.endOthers')}</Button>
        </div>
      )}
    </section>
  );
}

/** Asks first where something that was written here would be lost. */
function SignOut() {
  const t = useT();
  const dispatch = useAppDispatch();
  const [isBusy, setBusy] = useState(false);
  const [unsent, setUnsent] = useState(0);
  const leave = async () => {
    setBusy(true);
    setUnsent(await dispatch(signOut()));
    setBusy(false);
  };
  return (
    <>
      <Button busy={isBusy} onClick={() => void leave()}>
        {t('settings.signOut')}
      </Button>
      {unsent > 0 && (
        <ConfirmDialog
          danger
          title={t('settings.signOutUnsentTitle')}
          text={t('settings.signOutUnsent', { count: unsent })}
          confirm={t('settings.signOut')}
          onConfirm={() => dispatch(signOut({ mayLoseUnsent: true }))}
          onClose={() => setUnsent(0)}
        />
      )}
    </>
  );
}

function DeleteAccount({ onClose }: { onClose: () => void }) {
  const t = useT();
  const dispatch = useAppDispatch();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    setBusy(true);
    setError(undefined);
    try {
      await dispatch(
        deleteAccount({ password: String(data.get('password')), keepMessages: data.has('keep') }),
      );
    } catch (problem) {
      setError(
        errorText(problem, {
          unauthorized: 'settings.currentPasswordWrong',
          forbidden: 'settings.currentPasswordWrong',
        }),
      );
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('settings.delete')} size="small" onClose={onClose}>
      <form className={styles.form} noValidate onSubmit={(event) => void submit(event)}>
        <p>{t('settings.deleteText')}</p>
        <TextField
          name="password"
          type="password"
          label={t('settings.currentPassword')}
          autoComplete="current-password"
          data-autofocus=""
          error={error}
        />
        <label className={styles.tick}>
          <input type="checkbox" name="keep" defaultChecked />
          {t('settings.deleteKeep')}
        </label>
        <Button type="submit" look="danger" wide busy={busy}>
          {t('settings.deleteConfirm')}
        </Button>
        <Button look="quiet" wide onClick={onClose}>
          {t('action.cancel')}
        </Button>
      </form>
    </Dialog>
  );
}
