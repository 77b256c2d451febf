import { classes } from './classes';
import styles from './Spinner.module.css';

/** A turning ring. It says nothing to a screen reader: whoever shows it also says what is under way. */
export function Spinner({ className }: { className?: string | undefined }) {
  return <span className={classes(styles.spinner, className)} aria-hidden="true" />;
}
