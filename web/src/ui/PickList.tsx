import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Avatar, type Face } from './Avatar';
import { classes } from './classes';
import { IconSearch, IconX } from './icons';
import person from './PersonRow.module.css';
import { PersonWords } from './PersonWords';
import styles from './PickList.module.css';
import { PickMark } from './PickMark';
import search from './SearchField.module.css';
import { Spinner } from './Spinner';

export type Pickable = Face & {
  note?: string;
  /** Whose picture stands before it, where that is not what is chosen: a conversation is with a person. */
  face?: Face;
};

type Props = {
  /** The field's name. */
  label: string;
  placeholder: string;
  query: string;
  onQuery: (query: string) => void;
  /** What the query found, best first; while {@link busy}, what an earlier one did. */
  options: readonly Pickable[];
  chosen: readonly Pickable[];
  onChange: (chosen: readonly Pickable[]) => void;
  /** The name of the button that takes a chosen one back. */
  removeLabel: (name: string) => string;
  /** The query has not been answered yet. */
  busy?: boolean;
  /** What stands where nothing was found. */
  empty: ReactNode;
};

/**
 * A search field over a list from which several can be chosen: what is chosen stands as chips before the field. Up and
 * Down move in the list, Enter chooses, Backspace in an empty field takes the last chip back. Keys never act on what
 * earlier words found: Enter then waits for the answer and chooses its first.
 */
export function PickList(props: Props) {
  const {
    label,
    placeholder,
    query,
    onQuery,
    options,
    chosen,
    onChange,
    removeLabel,
    busy = false,
    empty,
  } = props;
  const id = useId();
  const [at, setAt] = useState(0);
  /** Enter was pressed before the answer came. */
  const isAwaited = useRef(false);
  const hasActive = options.length > 0 && !busy;
  const selected = Math.min(at, Math.max(0, options.length - 1));
  const isChosen = (option: Pickable) => chosen.some((each) => each.id === option.id);
  const toggle = (option: Pickable) => {
    onChange(isChosen(option) ? chosen.filter(({ id: each }) => each !== option.id) : [...chosen, option]);
    onQuery('');
  };
  useEffect(() => {
    if (busy || !isAwaited.current) return;
    isAwaited.current = false;
    if (options[0]) toggle(options[0]);
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const option = hasActive ? options[selected] : undefined;
    const last = chosen.at(-1);
    if (step !== undefined && option) setAt((selected + step + options.length) % options.length);
    else if (event.key === 'Enter' && option) toggle(option);
    else if (event.key === 'Enter' && busy) isAwaited.current = query.trim() !== '';
    else if (event.key === 'Backspace' && query === '' && last) toggle(last);
    else return;
    event.preventDefault();
  };

  return (
    <div className={styles.picker}>
      <div className={classes(search.field, styles.field)}>
        <IconSearch aria-hidden="true" />
        {chosen.map((each) => (
          <span key={each.id} className={styles.chip}>
            <Avatar {...(each.face ?? each)} size={24} />
            <bdi>{each.name}</bdi>
            <button type="button" aria-label={removeLabel(each.name)} onClick={() => toggle(each)}>
              <IconX />
            </button>
          </span>
        ))}
        <input
          role="combobox"
          data-autofocus=""
          dir="auto"
          aria-label={label}
          aria-expanded={options.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={hasActive ? `${id}-${selected}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          placeholder={placeholder}
          value={query}
          onChange={(event) => {
            onQuery(event.target.value);
            setAt(0);
            isAwaited.current = false;
          }}
          onKeyDown={onKeyDown}
        />
        {busy && <Spinner />}
      </div>
      {options.length === 0 && !busy && <div className={styles.empty}>{empty}</div>}
      <div
        id={`${id}-list`}
        role="listbox"
        aria-multiselectable="true"
        aria-label={label}
        className={styles.list}
      >
        {options.map((option, index) => (
          <div
            key={option.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={isChosen(option)}
            className={classes(person.row, styles.option, hasActive && index === selected && styles.active)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => toggle(option)}
          >
            <Avatar {...(option.face ?? option)} size={40} />
            <PersonWords name={option.name} note={option.note} />
            <PickMark on={isChosen(option)} />
          </div>
        ))}
      </div>
    </div>
  );
}
