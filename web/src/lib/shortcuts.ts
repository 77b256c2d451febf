/** What can be reached from anywhere by a key, and with which keys when nobody chose others. */
export const SHORTCUTS = {
  palette: 'Mod+K',
  find: 'Mod+F',
  previous: 'Alt+ArrowUp',
  next: 'Alt+ArrowDown',
  previousUnread: 'Alt+Shift+ArrowUp',
  nextUnread: 'Alt+Shift+ArrowDown',
  new: 'Alt+N',
  details: 'Alt+I',
  mute: 'Alt+M',
  readAll: 'Mod+Shift+M',
  settings: 'Mod+,',
  shortcuts: 'Mod+/',
} as const;

export type Shortcut = keyof typeof SHORTCUTS;

/** The keys of this device: chosen ones in place of the given, and whether there are any at all. */
export type Keymap = {
  isOn: boolean;
  /** Whether a single letter acts on the message that has the focus. */
  letters: boolean;
  chosen: Partial<Record<Shortcut, string>>;
};

const PLAIN: Keymap = { isOn: true, letters: true, chosen: {} };

const KEY = 'kith.keys';

let keymap: Keymap | undefined;

/** The keys that hold; read from the device once. */
export function readKeymap(): Keymap {
  keymap ??= stored();
  return keymap;
}

/** Changes the keys at once, and keeps them on this device. */
export function setKeymap(next: Keymap): void {
  keymap = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // A device that keeps nothing still has the keys until it is closed.
  }
}

/** The keys of one shortcut. */
export function keysOf(shortcut: Shortcut): string {
  return readKeymap().chosen[shortcut] ?? SHORTCUTS[shortcut];
}

/** What was pressed, if it is a shortcut and shortcuts are on. */
export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  if (!readKeymap().isOn) return undefined;
  const pressed = combination(event);
  return pressed === undefined
    ? undefined
    : (Object.keys(SHORTCUTS) as Shortcut[]).find((each) => keysOf(each) === pressed);
}

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'>;

/**
 * The keys of an event as they are written here: `Mod` is Cmd on a Mac and Ctrl elsewhere, `Alt` is Ctrl+Option on a Mac,
 * where Option alone types letters. Nothing for a key that is pressed without either.
 */
export function combination(event: Pressed, isMac = IS_MAC): string | undefined {
  const alt = event.altKey && (!isMac || event.ctrlKey);
  const mod = isMac ? event.metaKey : event.ctrlKey;
  if (!alt && !mod) return undefined;
  const key = nameOf(event, alt);
  if (key === undefined) return undefined;
  return [mod && 'Mod', alt && 'Alt', event.shiftKey && 'Shift', key].filter(Boolean).join('+');
}

/** How a combination is shown: with the words that are printed on the keys. */
export function shownKeys(keys: string, isMac = IS_MAC): string {
  const words: Record<string, string> = {
    Mod: isMac ? '⌘' : 'Ctrl',
    Alt: isMac ? '⌃⌥' : 'Alt',
    Shift: isMac ? '⇧' : 'Shift',
    ArrowUp: '↑',
    ArrowDown: '↓',
    ArrowLeft: '←',
    ArrowRight: '→',
  };
  return keys
    .split('+')
    .map((key) => words[key] ?? key)
    .join(isMac ? '' : ' + ');
}

const IS_MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** With Alt a letter may be another one, so there its place on the keyboard counts; else what is printed on it. */
function nameOf({ key, code }: Pressed, alt: boolean): string | undefined {
  if (alt && /^(?:Key|Digit)/.test(code)) return code.replace(/^(?:Key|Digit)/, '');
  if (key.length === 1) return key.toUpperCase();
  return /^(?:Alt|Control|Meta|Shift|Dead|Process|Unidentified)$/.test(key) ? undefined : key;
}

function stored(): Keymap {
  try {
    return { ...PLAIN, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Keymap>) };
  } catch {
    return PLAIN;
  }
}
