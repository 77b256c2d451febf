import { useT } from '@/lib/i18n';
import { Avatar } from '@/ui/Avatar';
import styles from './CompletionList.module.css';
import type { Completion } from './completion';

type Props = {
  id: string;
  options: readonly Completion[];
  selected: number;
  onPick: (completion: Completion) => void;
};

/** Whom an `@` or what a `:` may mean, above the field. The field keeps the focus and names the selected one. */
export function CompletionList({ id, options, selected, onPick }: Props) {
  const t = useT();
  const isEmoji = options[0]?.kind === 'emoji';
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t(isEmoji ? 'composer.emoji' : 'composer.mentionList')}
      className={styles.list}
    >
      {options.map((option, index) => (
        <div
          key={option.kind === 'person' ? option.person.id : option.emoji}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === selected}
          className={styles.option}
          // A press would take the focus from the field before the click is heard.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onPick(option)}
        >
          {option.kind === 'person' ? (
            <>
              <Avatar {...option.person} size={28} />
              <bdi>{option.person.name}</bdi>
            </>
          ) : (
            <>
              <span className={styles.emoji}>{option.emoji}</span>
              {option.name}
            </>
          )}
        </div>
      ))}
    </div>
  );
}
