import { useState } from 'react';
import { Link } from 'wouter';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import type { ServerInfo } from '@/protocol';
import { Avatar } from '@/ui/Avatar';
import { Notice } from '@/ui/Notice';
import { Spinner } from '@/ui/Spinner';
import { AuthCard } from './AuthCard';
import styles from './Form.module.css';

type Props = {
  server: ServerInfo;
  onEnter: (username: string) => Promise<unknown>;
};

/** The first page of a demonstration: no form, one press and one is in; another window is another person. */
export function DemoLanding({ server, onEnter }: Props) {
  const t = useT();
  const [entering, setEntering] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [first, second] = server.demo?.people ?? [];
  const enter = async (username: string) => {
    setEntering(username);
    setProblem(undefined);
    try {
      await onEnter(username);
    } catch (error) {
      setProblem(errorText(error));
      setEntering(undefined);
    }
  };
  return (
    <AuthCard
      title={t('demo.title')}
      server={undefined}
      foot={<Link href="/sign-in">{t('demo.signInInstead')}</Link>}
    >
      <p>{t('demo.text')}</p>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <div className={styles.people}>
        {first && (
          <button
            type="button"
            className={styles.person}
            disabled={entering !== undefined}
            onClick={() => void enter(first.username)}
          >
            <Avatar id={first.username} name={first.display_name} size={40} />
            <span>
              <strong>{t('demo.tryAs', { name: first.display_name })}</strong>
              <small>{t('demo.tryAsHint')}</small>
            </span>
            {entering === first.username && <Spinner />}
          </button>
        )}
        {second && (
          <a className={styles.person} href={secondWindow(second.username)} target="_blank" rel="noopener">
            <Avatar id={second.username} name={second.display_name} size={40} />
            <span>
              <strong>{t('demo.openSecond', { name: second.display_name })}</strong>
              <small>{t('demo.openSecondHint')}</small>
            </span>
          </a>
        )}
      </div>
    </AuthCard>
  );
}

/**
 * Where the other window opens: this server under the other name of the same machine. Browsers keep cookies by host name,
 * so each window stays its own person.
 */
function secondWindow(username: string): string {
  const url = new URL(`/demo/${encodeURIComponent(username)}`, location.href);
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  else if (url.hostname === '127.0.0.1') url.hostname = 'localhost';
  return url.href;
}
