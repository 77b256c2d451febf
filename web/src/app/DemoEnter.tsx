import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { enterDemo, selectServerInfo } from '@/entities/session';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { EmptyState } from '@/ui/EmptyState';
import { Spinner } from '@/ui/Spinner';
import styles from './Page.module.css';

/** The other window of a demonstration: its address says as whom, and one is in. */
export function DemoEnter({ username }: { username: string }) {
  const t = useT();
  const dispatch = useAppDispatch();
  const [, navigate] = useLocation();
  const server = useAppSelector(selectServerInfo);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    dispatch(enterDemo(username)).then(
      () => navigate('/', { replace: true }),
      (error: unknown) => setProblem(errorText(error)),
    );
  }, [dispatch, navigate, username]);
  const name = server?.demo?.people.find((person) => person.username === username)?.display_name ?? username;
  return (
    <main className={styles.page}>
      <EmptyState icon={problem ? undefined : <Spinner />} title={problem ?? t('demo.entering', { name })} />
    </main>
  );
}
