import { useEffect, useState } from 'react';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import type { ServerInfo } from '@/protocol';
import { EmptyState } from '@/ui/EmptyState';
import { Spinner } from '@/ui/Spinner';
import styles from './Page.module.css';

type Props = {
  username: string;
  server: ServerInfo | undefined;
  onEnter: (username: string) => Promise<void>;
};

/** The other window of a demonstration: its address says as whom, and one is in. */
export function DemoEnter({ username, server, onEnter }: Props) {
  const t = useT();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    onEnter(username).catch((error: unknown) => setProblem(errorText(error)));
  }, [onEnter, username]);
  const name = server?.demo?.people.find((person) => person.username === username)?.display_name ?? username;
  return (
    <main className={styles.page}>
      <EmptyState icon={problem ? undefined : <Spinner />} title={problem ?? t('demo.entering', { name })} />
    </main>
  );
}
