import { useT } from '@/lib/i18n';
import type { Reaction } from '@/protocol';
import styles from './Reactions.module.css';

type Props = { reactions: readonly Reaction[]; mine: string | undefined };

/** The emoji that people put under a message; pressing one joins in or takes one's own back. */
export function Reactions({ reactions, mine }: Props) {
  const t = useT();
  return (
    <ul className={styles.list}>
      {reactions.map(({ emoji, count }) => (
        <li key={emoji}>
          <button
            type="button"
            tabIndex={-1}
            data-do="toggle-reaction"
            data-emoji={emoji}
            aria-pressed={emoji === mine}
            aria-label={t(emoji === mine ? 'reaction.includingYou' : 'reaction.count', {
              emoji,
              count,
            })}
            className={styles.chip}
          >
            <span>{emoji}</span>
            <span className={styles.count}>{count}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
