import { useT } from '@/lib/i18n';
import { list } from '@/lib/i18n/lists';
import { Avatar, type Face } from '@/ui/Avatar';
import { Bubble } from '@/ui/Bubble';
import { TypingDots } from '@/ui/TypingDots';
import styles from './TypingRow.module.css';

/** Faces shown of those who write at once. */
const FACES_MAX = 3;

/** Who is writing now, as the bubble their words will stand in. */
export function TypingRow({ people }: { people: readonly Face[] }) {
  const t = useT();
  if (people.length === 0) return null;
  return (
    <div className={styles.row}>
      <span className={styles.faces}>
        {people.slice(0, FACES_MAX).map((face) => (
          <Avatar key={face.id} {...face} size={28} />
        ))}
      </span>
      <Bubble own={false} first last>
        <TypingDots />
        <span className="visually-hidden">
          {t('typing.names', {
            names: list(people.map(({ name }) => name)),
            count: people.length,
          })}
        </span>
      </Bubble>
    </div>
  );
}
