import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

type Props = {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** It is all that there is to see, so its title is the page's. */
  alone?: boolean;
};

/** What stands where nothing is: what this place is for, and the one thing to do about it. */
export function EmptyState({ icon, title, children, action, alone }: Props) {
  const Title = alone ? 'h1' : 'p';
  return (
    <div className={styles.empty}>
      {icon && (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <Title className={styles.title}>{title}</Title>
      {children && <p className={styles.text}>{children}</p>}
      {action}
    </div>
  );
}
