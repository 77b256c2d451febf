import styles from './PersonWords.module.css';

type Props = { name: string; note?: string | undefined };

/** What somebody is called with a word about them below, each cut on its own line. */
export function PersonWords({ name, note }: Props) {
  return (
    <span className={styles.words}>
      <bdi className={styles.name}>{name}</bdi>
      {note && <bdi className={styles.note}>{note}</bdi>}
    </span>
  );
}
