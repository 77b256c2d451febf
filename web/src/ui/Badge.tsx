import { number } from '@/lib/i18n/numbers';
import styles from './Badge.module.css';
import { classes } from './classes';

type Props = {
  count: number;
  /** Someone addressed me: the badge says so with a sign. */
  mention?: boolean;
  /** A muted conversation counts in grey. */
  muted?: boolean;
};

/** Above this a number is no longer read, only seen. */
const COUNT_SHOWN_MAX = 999;

/** How many are unread. Decoration: the row's own name says the number in words. */
export function Badge({ count, mention, muted }: Props) {
  const shown = count > COUNT_SHOWN_MAX ? `${number(COUNT_SHOWN_MAX)}+` : count > 0 && number(count);
  return (
    <span className={classes(styles.badge, muted && styles.muted)} aria-hidden="true">
      {mention && <span>@</span>}
      {shown}
    </span>
  );
}
