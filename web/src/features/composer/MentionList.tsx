import { useT } from '@/lib/i18n';
import { Avatar, type Face } from '@/ui/Avatar';
import styles from './MentionList.module.css';

type Props = {
  id: string;
  people: readonly Face[];
  selected: number;
  onPick: (person: Face) => void;
};

/** Whom an `@` may mean, above the field. The field keeps the focus and names the selected one. */
export function MentionList({ id, people, selected, onPick }: Props) {
  const t = useT();
  return (
    <div id={id} role="listbox" aria-label={t('composer.mentionList')} className={styles.list}>
      {people.map((person, index) => (
        <div
          key={person.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === selected}
          className={styles.person}
          // A press would take the focus from the field before the click is heard.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onPick(person)}
        >
          <Avatar {...person} size={28} />
          <bdi>{person.name}</bdi>
        </div>
      ))}
    </div>
  );
}
