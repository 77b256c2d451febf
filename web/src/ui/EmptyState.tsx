import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

type Props = { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode };

/** What stands where nothing is: what this place is for, and the one thing to do about it. */
export function EmptyState({ icon, title, children, action }: Props) {
  return (
    <div className={styles.empty}>
      {icon && (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <p className={styles.title}>{title}</p>
      {children && <p className={styles.text}>{children}</p>}
      {action}
    </div>
  );
}
