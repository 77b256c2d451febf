import type { ReactNode } from 'react';
import { useT } from '@/lib/i18n';
import styles from './AuthCard.module.css';

type Props = { title: string; server: string | undefined; children: ReactNode; foot?: ReactNode };

/** The one card that a person sees before they are in: whose server this is, and one thing to do. */
export function AuthCard({ title, server, children, foot }: Props) {
  const t = useT();
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <header className={styles.header}>
          <img src="/icon.svg" alt="" width={48} height={48} />
          <h1 className={styles.title}>{title}</h1>
          <p className={styles.server}>{server ? t('auth.onServer', { server }) : t('auth.tagline')}</p>
        </header>
        {children}
      </div>
      {foot && <p className={styles.foot}>{foot}</p>}
    </main>
  );
}
