import styles from './DayLine.module.css';

/** The day above its messages; it stays in sight while they scroll. */
export function DayLine({ id, children }: { id?: string | undefined; children: string }) {
  return (
    <div className={styles.day}>
      <h2 id={id} className={styles.chip}>
        {children}
      </h2>
    </div>
  );
}
