import { useState } from 'react';
import { Link } from 'wouter';
import { useT } from '@/lib/i18n';
import { LIMITS, type ServerInfo } from '@/protocol';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { TextField } from '@/ui/TextField';
import { AuthCard } from './AuthCard';
import styles from './Form.module.css';
import { useForm } from './form';
import { passwordStrength } from './password';

type Props = {
  server: ServerInfo | undefined;
  onRegister: (data: { username: string; password: string; displayName: string }) => Promise<unknown>;
};

/** A new account. The first of an empty server is its owner, and the page says so. */
export function Register({ server, onRegister }: Props) {
  const t = useT();
  const [password, setPassword] = useState('');
  const { form, busy, errors, problem, onSubmit } = useForm({
    meanings: { conflict: 'auth.usernameTaken', forbidden: 'auth.closed', invalid: 'auth.invalid' },
    check: (data) => ({
      username: usernameProblem(String(data.get('username')).trim(), t),
      password:
        String(data.get('password')).length < LIMITS.PASSWORD_CHARS_MIN
          ? t('auth.passwordShort', { count: LIMITS.PASSWORD_CHARS_MIN })
          : undefined,
    }),
    submit: (data) =>
      onRegister({
        username: String(data.get('username')).trim(),
        password: String(data.get('password')),
        displayName: String(data.get('display_name')).trim(),
      }),
  });
  return (
    <AuthCard
      title={t('auth.createAccount')}
      server={server?.name}
      foot={
        <>
          {t('auth.haveAccount')} <Link href="/sign-in">{t('auth.signIn')}</Link>
        </>
      }
    >
      <form ref={form} noValidate className={styles.form} onSubmit={onSubmit}>
        {problem && <Notice tone="danger">{problem}</Notice>}
        {server?.empty && <Notice>{t('auth.firstAccount')}</Notice>}
        <TextField
          name="display_name"
          label={t('auth.displayName')}
          autoComplete="name"
          maxLength={LIMITS.NAME_UTF16_MAX}
          hint={t('auth.displayNameHint')}
          error={errors.display_name}
        />
        <TextField
          name="username"
          label={t('auth.username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={2 * LIMITS.USERNAME_CHARS_MAX}
          hint={t('auth.usernameHint')}
          error={errors.username}
        />
        <TextField
          name="password"
          type="password"
          label={t('auth.password')}
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          hint={
            password
              ? t(`auth.strength.${passwordStrength(password)}`)
              : t('auth.passwordHint', { count: LIMITS.PASSWORD_CHARS_MIN })
          }
          error={errors.password}
          reveal={{ show: t('auth.showPassword'), hide: t('auth.hidePassword') }}
        />
        <Button type="submit" look="primary" wide busy={busy}>
          {t('auth.createAccount')}
        </Button>
      </form>
    </AuthCard>
  );
}

function usernameProblem(username: string, t: ReturnType<typeof useT>): string | undefined {
  const length = [...username.normalize('NFKC')].length;
  if (length === 0) return t('auth.usernameMissing');
  const { USERNAME_CHARS_MIN: min, USERNAME_CHARS_MAX: max } = LIMITS;
  return length < min || length > max ? t('auth.usernameLength', { min, max }) : undefined;
}
