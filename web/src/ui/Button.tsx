import type { ComponentProps } from 'react';
import styles from './Button.module.css';
import { classes } from './classes';
import { Spinner } from './Spinner';

type Props = ComponentProps<'button'> & {
  look?: 'primary' | 'secondary' | 'quiet' | 'danger' | 'danger-quiet';
  /** The button keeps its size and name, shows that work is under way and does nothing more. */
  busy?: boolean;
  wide?: boolean;
};

/** A button with words. For one with an icon alone see `IconButton`. */
export function Button({
  look = 'secondary',
  busy = false,
  wide,
  className,
  children,
  disabled,
  ...rest
}: Props) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      className={classes(styles.button, styles[look], wide && styles.wide, className)}
    >
      <span className={classes(styles.content, busy && styles.hiddenContent)}>{children}</span>
      {busy && <Spinner className={styles.spinner} />}
    </button>
  );
}
