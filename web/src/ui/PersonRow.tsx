import { Avatar, type Face, type Presence } from './Avatar';
import styles from './PersonRow.module.css';
import { PersonWords } from './PersonWords';

type Props = { face: Face; note: string; presence?: Presence; onPress: () => void };

/** A person as a row that can be pressed. */
export function PersonRow({ face, note, presence, onPress }: Props) {
  return (
    <button type="button" className={styles.row} onClick={onPress}>
      <Avatar {...face} size={40} presence={presence} />
      <PersonWords name={face.name} note={note} />
    </button>
  );
}
