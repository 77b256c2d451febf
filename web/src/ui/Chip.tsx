import type { ComponentProps } from 'react';
import styles from './Chip.module.css';
import { classes } from './classes';

type Props = ComponentProps<'button'> & { pressed: boolean };

/** A choice that is on or off, in a row of its like. */
export function Chip({ pressed, className, ...rest }: Props) {
  return (
    <button type="button" {...rest} aria-pressed={pressed} className={classes(styles.chip, className)} />
  );
}
