import { Link } from 'wouter';
import { useT } from '@/lib/i18n';
import type { ServerInfo, SessionEndReason } from '@/protocol';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { TextField } from '@/ui/TextField';
import { AuthCard } from './AuthCard';
import styles from './Form.module.css';
import { useForm } from './form';

type Props = {
  server: ServerInfo | undefined;
  /** Why one was signed out, when it was not one's own doing. */
  ended?: SessionEndReason | null;
  onSignIn: (data: { username: string; password: string; sharedComputer: boolean }) => Promise<unknown>;
};

/** The way in for those who have an account. */
export function SignIn({ server, ended, onSignIn }: Props) {
  const t = useT();
  const { form, busy, errors, problem, onSubmit } = useForm({
    meanings: { unauthorized: 'auth.wrongPassword' },
    check: (data) => ({
      username: data.get('username') ? undefined : t('auth.usernameMissing'),
      password: data.get('password') ? undefined : t('auth.passwordMissing'),
    }),
    submit: (data) =>
      onSignIn({
        username: String(data.get('username')).trim(),
        password: String(data.get('password')),
        sharedComputer: data.has('shared'),
      }),
  });
  return (
    <AuthCard
      title={t('auth.signIn')}
      server={server?.name}
      foot={
        server?.registration !== 'closed' && (
          <>
            {t('auth.noAccount')} <Link href="/register">{t('auth.register')}</Link>
          </>
        )
      }
    >
      <form ref={form} noValidate className={styles.form} onSubmit={onSubmit}>
        {problem && <Notice tone="danger">{problem}</Notice>}
        {!problem && ended && ended !== 'signed_out' && <Notice>{t(`auth.ended.${ended}`)}</Notice>}
        <TextField
          name="username"
          label={t('auth.username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          error={errors.username}
        />
        <TextField
          name="password"
          type="password"
          label={t('auth.password')}
          autoComplete="current-password"
          required
          error={errors.password}
          reveal={{ show: t('auth.showPassword'), hide: t('auth.hidePassword') }}
        />
        <label className={styles.tick}>
          <input type="checkbox" name="shared" />
          <span>
            {t('auth.shared')}
            <small>{t('auth.sharedHint')}</small>
          </span>
        </label>
        <Button type="submit" look="primary" wide busy={busy}>
          {t('auth.signIn')}
        </Button>
      </form>
    </AuthCard>
  );
}
