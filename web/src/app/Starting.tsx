import { useEffect, useState } from 'react';
import { useT } from '@/lib/i18n';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { IconAlertCircle } from '@/ui/icons';
import styles from './Page.module.css';
import { Splash } from './Splash';

/** After this long without an answer the page says what is wrong instead of waiting silently. */
const PATIENCE_MS = 8_000;

/** Until it is known who one is. Usually too short to be seen. */
export function Starting() {
  const t = useT();
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return <Splash />;
  return (
    <main className={styles.page}>
      <EmptyState
        icon={<IconAlertCircle />}
        title={t('boot.failed')}
        action={<Button onClick={() => location.reload()}>{t('action.retry')}</Button>}
      >
        {t('boot.failedHint')}
      </EmptyState>
    </main>
  );
}
