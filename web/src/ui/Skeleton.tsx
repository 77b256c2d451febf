import type { CSSProperties } from 'react';
import { classes } from './classes';
import styles from './Skeleton.module.css';

type Props = {
  width: number | string;
  height: number;
  round?: boolean;
  className?: string | undefined;
};

/** The shape of what is still loading. It stays unseen for its first 150 ms, so that a quick answer does not flicker. */
export function Skeleton({ width, height, round, className }: Props) {
  const size: CSSProperties = { inlineSize: width, blockSize: height };
  return (
    <span
      aria-hidden="true"
      style={size}
      className={classes(styles.skeleton, round && styles.round, className)}
    />
  );
}
