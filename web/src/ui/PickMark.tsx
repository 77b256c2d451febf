import { classes } from './classes';
import { IconCheck } from './icons';
import styles from './PickMark.module.css';

/** Shows whether one of many is chosen. Only to be seen: what it stands on says so to those who hear. */
export function PickMark({ on }: { on: boolean }) {
  return (
    <span className={classes(styles.mark, on && styles.on)} aria-hidden="true">
      {on && <IconCheck />}
    </span>
  );
}
