import type { ComponentProps, ReactNode } from 'react';
import { classes } from './classes';
import styles from './IconButton.module.css';

type Props = Omit<ComponentProps<'button'>, 'aria-label' | 'children'> & {
  /** The name for those who cannot see the icon, and the tooltip of those who can. */
  label: string;
  look?: 'plain' | 'soft' | 'solid' | 'veil' | 'active';
  /** Smaller than the usual target; for toolbars that appear over other things with a pointer. */
  small?: boolean;
  children: ReactNode;
};

/** A round button with an icon. */
export function IconButton({ label, look = 'plain', small, className, children, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      data-tip={label}
      className={classes(styles.button, styles[look], small && styles.small, className)}
    >
      {children}
    </button>
  );
}
