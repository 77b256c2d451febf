import { useEffect, useState } from 'react';
import { useT } from '@/lib/i18n';
import styles from './Sidebar.module.css';

export type ConnectionState = 'connecting' | 'online' | 'offline' | 'updating';

/** A connection that is back sooner than this was never worth a word. */
const SILENT_MS = 2_000;

/** One quiet line while the server is not heard: what is shown is what was kept, and writing goes on. */
export function ConnectionLine({ state }: { state: ConnectionState }) {
  const t = useT();
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (state === 'online') return undefined;
    const timer = setTimeout(() => setLate(true), SILENT_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const isSaid = state === 'offline' || (isLate && state !== 'online');
  return (
    <div role="status" className={isSaid ? styles.connection : undefined}>
      {isSaid && t(`connection.${state}`)}
    </div>
  );
}
