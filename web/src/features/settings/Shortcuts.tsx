import { type KeyboardEvent, useState } from 'react';
import { useT } from '@/lib/i18n';
import {
  combination,
  type Keymap,
  keysOf,
  readKeymap,
  SHORTCUTS,
  type Shortcut,
  setKeymap,
  shownKeys,
} from '@/lib/shortcuts';
import { announce } from '@/ui/Announcer';
import { Button } from '@/ui/Button';
import { Switch } from '@/ui/Switch';
import { toast } from '@/ui/toasts';
import settings from './Settings.module.css';
import styles from './Shortcuts.module.css';

const ALL = Object.keys(SHORTCUTS) as Shortcut[];

/** Which keys do what on this device, and whether they do. */
export function Shortcuts() {
  const t = useT();
  const [keymap, setShown] = useState(readKeymap);
  const change = (part: Partial<Keymap>) => {
    const next = { ...keymap, ...part };
    setKeymap(next);
    setShown(next);
  };
  const choose = (shortcut: Shortcut, keys: string) => {
    const holder = ALL.find((each) => each !== shortcut && keysOf(each) === keys);
    if (holder) toast(t('shortcuts.taken', { name: t(`shortcuts.${holder}`) }), { tone: 'danger' });
    else change({ chosen: { ...keymap.chosen, [shortcut]: keys } });
  };
  return (
    <>
      <Switch
        label={t('shortcuts.on')}
        hint={t('shortcuts.onHint')}
        checked={keymap.isOn}
        onChange={(event) => change({ isOn: event.target.checked })}
      />
      <Switch
        label={t('shortcuts.letters')}
        hint={t('shortcuts.lettersHint')}
        checked={keymap.letters}
        onChange={(event) => change({ letters: event.target.checked })}
      />
      <section className={settings.section}>
        <h2>{t('shortcuts.everywhere')}</h2>
        <ul>
          {ALL.map((shortcut) => (
            <li key={shortcut} className={styles.line}>
              {t(`shortcuts.${shortcut}`)}
              <Keys shortcut={shortcut} isOn={keymap.isOn} onChoose={(keys) => choose(shortcut, keys)} />
            </li>
          ))}
        </ul>
        <div className={settings.actions}>
          <Button disabled={Object.keys(keymap.chosen).length === 0} onClick={() => change({ chosen: {} })}>
            {t('shortcuts.reset')}
          </Button>
        </div>
      </section>
    </>
  );
}

type KeysProps = { shortcut: Shortcut; isOn: boolean; onChoose: (keys: string) => void };

/** The keys of one shortcut: pressed once it listens, and what is pressed then are the new ones. Escape leaves them. */
function Keys({ shortcut, isOn, onChoose }: KeysProps) {
  const t = useT();
  const [isListening, setListening] = useState(false);
  const keys = shownKeys(keysOf(shortcut));
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isListening || event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    const pressed = combination(event.nativeEvent);
    if (event.key === 'Escape') setListening(false);
    if (pressed === undefined) return;
    setListening(false);
    onChoose(pressed);
  };
  return (
    <button
      type="button"
      disabled={!isOn}
      className={styles.change}
      aria-label={t('shortcuts.change', { name: t(`shortcuts.${shortcut}`), keys })}
      onClick={() => {
        setListening(true);
        announce(t('shortcuts.press'));
      }}
      onBlur={() => setListening(false)}
      onKeyDown={onKeyDown}
    >
      {isListening ? (
        t('shortcuts.press')
      ) : (
        <kbd dir="ltr" className={styles.keys}>
          {keys}
        </kbd>
      )}
    </button>
  );
}
