import styles from './TypingDots.module.css';

/** Three dots that breathe: someone is writing. Whoever shows it also says who. */
export function TypingDots() {
  return (
    <span className={styles.dots} aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
