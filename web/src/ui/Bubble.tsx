import type { ReactNode } from 'react';
import styles from './Bubble.module.css';
import { classes } from './classes';

type Props = {
  own: boolean;
  /** First and last of its sender's run: inside a run the corners on the sender's side are tight. */
  first: boolean;
  last: boolean;
  /** A tombstone or a notice: an outline instead of a filling. */
  hollow?: boolean;
  /** Pictures fill the bubble to its edge; `alone` they are all that it holds. */
  bleed?: boolean | 'alone';
  children: ReactNode;
};

/** The shape that holds one message. */
export function Bubble({ own, first, last, hollow, bleed, children }: Props) {
  return (
    <div
      data-bubble=""
      className={classes(
        styles.bubble,
        own ? styles.own : styles.other,
        !first && styles.joinsAbove,
        !last && styles.joinsBelow,
        hollow && styles.hollow,
        bleed && styles.bleed,
        bleed === 'alone' && styles.alone,
      )}
    >
      {children}
    </div>
  );
}
