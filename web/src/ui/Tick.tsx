import { classes } from './classes';
import { IconAlertCircle, IconCheck, IconChecks, IconCircleCheckFilled, IconClock } from './icons';
import styles from './Tick.module.css';

export type TickState = 'queued' | 'sending' | 'sent' | 'delivered' | 'seen' | 'failed';

type Props = { state: TickState; label?: string; className?: string | undefined };

/**
 * How far a message has come. Each state has its own shape, so that colour is never needed: a clock, one tick, two ticks,
 * a filled disc, a warning sign.
 */
export function Tick({ state, label, className }: Props) {
  const Icon = ICONS[state];
  return (
    <span
      className={classes(styles.tick, styles[state], className)}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={!label}
    >
      <Icon />
    </span>
  );
}

const ICONS = {
  queued: IconClock,
  sending: IconClock,
  sent: IconCheck,
  delivered: IconChecks,
  seen: IconCircleCheckFilled,
  failed: IconAlertCircle,
};
