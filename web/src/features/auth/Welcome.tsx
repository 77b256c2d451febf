import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { selectMe, selectServerInfo, updateProfile } from '@/entities/session';
import { OwnPhoto } from '@/entities/session/OwnPhoto';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { number } from '@/lib/i18n/numbers';
import { useLook } from '@/lib/look';
import { LIMITS } from '@/protocol';
import { Button } from '@/ui/Button';
import { LookChoice } from '@/ui/LookChoice';
import { Notice } from '@/ui/Notice';
import { TextField } from '@/ui/TextField';
import { toast } from '@/ui/toasts';
import { AuthCard } from './AuthCard';
import form from './Form.module.css';
import styles from './Welcome.module.css';

const STEPS = ['you', 'look', 'invite'] as const;

/** Shows the owner of a new server around, in three steps that can all be left out: oneself, the look, the others. */
export function Welcome({ onDone }: { onDone: () => void }) {
  const t = useT();
  const server = useAppSelector(selectServerInfo);
  const [step, setStep] = useState(0);
  const isLast = step === STEPS.length - 1;
  const go = () => (isLast ? onDone() : setStep(step + 1));
  const body: Record<(typeof STEPS)[number], ReactNode> = {
    you: <You onDone={go} onLater={onDone} />,
    look: (
      <>
        <Looks />
        <Ways next={t('welcome.next')} onNext={go} onLater={onDone} />
      </>
    ),
    invite: (
      <>
        <Invite isOpen={server?.registration === 'open'} />
        <Ways next={t('welcome.done')} onNext={go} />
      </>
    ),
  };
  const name = STEPS[step] ?? 'you';
  return (
    <AuthCard title={t('welcome.title')} server={server?.name}>
      <Heading key={name} text={t(`welcome.${name}`)} step={step + 1} />
      <div className={form.form}>{body[name]}</div>
    </AuthCard>
  );
}

/** What this step is about. Its words take the focus, so that the keyboard and a screen reader go on from there. */
function Heading({ text, step }: { text: string; step: number }) {
  const t = useT();
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (step > 1) ref.current?.focus();
  }, [step]);
  return (
    <div className={styles.heading}>
      <h2 ref={ref} tabIndex={-1}>
        {text}
      </h2>
      <span>{t('welcome.step', { number: number(step), count: number(STEPS.length) })}</span>
    </div>
  );
}

function You({ onDone, onLater }: { onDone: () => void; onLater: () => void }) {
  const t = useT();
  const dispatch = useAppDispatch();
  const me = useAppSelector(selectMe);
  const [busy, setBusy] = useState(false);
  const save = async (data: FormData) => {
    const displayName = String(data.get('display_name')).trim();
    setBusy(true);
    try {
      if (displayName !== me?.display_name) await dispatch(updateProfile({ displayName }));
      onDone();
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
      setBusy(false);
    }
  };
  return (
    <form
      className={form.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save(new FormData(event.currentTarget));
      }}
    >
      <OwnPhoto />
      <TextField
        name="display_name"
        label={t('auth.displayName')}
        hint={t('auth.displayNameHint')}
        defaultValue={me?.display_name}
        maxLength={LIMITS.NAME_UTF16_MAX}
        required
        autoComplete="name"
      />
      <Ways next={t('welcome.next')} busy={busy} onLater={onLater} />
    </form>
  );
}

function Looks() {
  const [look, change] = useLook();
  return <LookChoice look={look} onChange={change} />;
}

function Invite({ isOpen }: { isOpen: boolean }) {
  const t = useT();
  const link = `${location.origin}/register`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      toast(t('action.copied'));
    } catch {
      // Plain HTTP has no clipboard; the link can be marked and copied by hand.
      document.querySelector<HTMLInputElement>('input[name="invite"]')?.select();
    }
  };
  if (!isOpen) return <Notice>{t('welcome.inviteClosed')}</Notice>;
  return (
    <>
      <p>{t('welcome.inviteText')}</p>
      <TextField
        name="invite"
        label={t('welcome.link')}
        value={link}
        readOnly
        onFocus={(event) => event.target.select()}
      />
      <Button wide onClick={() => void copy()}>
        {t('welcome.copy')}
      </Button>
    </>
  );
}

type WaysProps = { next: string; busy?: boolean; onNext?: () => void; onLater?: () => void };

function Ways({ next, busy = false, onNext, onLater }: WaysProps) {
  const t = useT();
  return (
    <div className={styles.ways}>
      {onLater && (
        <Button look="quiet" onClick={onLater}>
          {t('welcome.later')}
        </Button>
      )}
      <Button look="primary" busy={busy} {...(onNext ? { onClick: onNext } : { type: 'submit' })}>
        {next}
      </Button>
    </div>
  );
}
