import styles from './ComposerNotice.module.css';

/** Stands where the field would, when one cannot write here, and says why. */
export function ComposerNotice({ children }: { children: React.ReactNode }) {
  return (
    <p className={styles.notice} role="status">
      {children}
    </p>
  );
}
