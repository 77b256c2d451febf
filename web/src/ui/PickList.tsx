import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { Avatar, type Face } from './Avatar';
import { classes } from './classes';
import { IconCheck, IconSearch, IconX } from './icons';
import { PersonWords } from './PersonWords';
import styles from './PickList.module.css';
import { Spinner } from './Spinner';

export type Pickable = Face & { note?: string };

type Props = {
  /** The field's name. */
  label: string;
  placeholder: string;
  query: string;
  onQuery: (query: string) => void;
  /** What the query found, best first. */
  options: readonly Pickable[];
  chosen: readonly Pickable[];
  onChange: (chosen: readonly Pickable[]) => void;
  /** The name of the button that takes a chosen one back. */
  removeLabel: (name: string) => string;
  busy?: boolean;
  /** What stands where nothing was found. */
  empty: ReactNode;
};

/**
 * A search field over a list from which several can be chosen: what is chosen stands as chips before the field. Up and
 * Down move in the list, Enter chooses, Backspace in an empty field takes the last chip back.
 */
export function PickList(props: Props) {
  const { label, placeholder, query, onQuery, options, chosen, onChange, removeLabel, busy, empty } = props;
  const id = useId();
  const [at, setAt] = useState(0);
  const selected = Math.min(at, Math.max(0, options.length - 1));
  const isChosen = (option: Pickable) => chosen.some((each) => each.id === option.id);
  const toggle = (option: Pickable) => {
    onChange(isChosen(option) ? chosen.filter(({ id: each }) => each !== option.id) : [...chosen, option]);
    onQuery('');
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const option = options[selected];
    const last = chosen.at(-1);
    if (step !== undefined && options.length > 0) setAt((selected + step + options.length) % options.length);
    else if (event.key === 'Enter' && option) toggle(option);
    else if (event.key === 'Backspace' && query === '' && last) toggle(last);
    else return;
    event.preventDefault();
  };

  return (
    <div className={styles.picker}>
      <div className={styles.field}>
        <IconSearch aria-hidden="true" />
        {chosen.map((each) => (
          <span key={each.id} className={styles.chip}>
            <Avatar {...each} size={24} />
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
          aria-activedescendant={options.length > 0 ? `${id}-${selected}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          placeholder={placeholder}
          value={query}
          onChange={(event) => {
            onQuery(event.target.value);
            setAt(0);
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
            className={classes(styles.option, index === selected && styles.active)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => toggle(option)}
          >
            <Avatar {...option} size={40} />
            <PersonWords name={option.name} note={option.note} />
            <span className={classes(styles.mark, isChosen(option) && styles.marked)} aria-hidden="true">
              {isChosen(option) && <IconCheck />}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
