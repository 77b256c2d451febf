import { Avatar, type Face, type Presence } from './Avatar';
import styles from './PersonRow.module.css';

type Props = { face: Face; note: string; presence?: Presence; onPress: () => void };

/** A person as a row that can be pressed. */
export function PersonRow({ face, note, presence, onPress }: Props) {
  return (
    <button type="button" className={styles.row} onClick={onPress}>
      <Avatar {...face} size={40} presence={presence} />
      <span className={styles.words}>
        <bdi className={styles.name}>{face.name}</bdi>
        <span className={styles.note}>{note}</span>
      </span>
    </button>
  );
}
