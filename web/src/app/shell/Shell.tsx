import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { useT } from '@/lib/i18n';
import styles from './Shell.module.css';

type Props = {
  /** The rail, or on a phone the bar. */
  navigation: ReactNode;
  /** Which pane a phone shows, as it has room for one. */
  pane: 'list' | 'main' | 'details';
  isPhone: boolean;
  list: ReactNode;
  /** The name of the middle pane's landmark. */
  mainLabelledBy?: string | undefined;
  main: ReactNode;
  details: ReactNode;
  banner?: ReactNode;
  /** Escape, where nothing nearer took it. */
  onEscape?: (() => void) | undefined;
};

/**
 * The frame: rail, list, main and details side by side where there is room, one at a time where there is none. F6 and
 * Shift+F6 go around its parts.
 */
export function Shell({
  navigation,
  pane,
  isPhone,
  list,
  mainLabelledBy,
  main,
  details,
  banner,
  onEscape,
}: Props) {
  const t = useT();
  // What fills a phone is its main part, whichever of the panes it is.
  const isMain = (part: typeof pane) => ({ ...(isPhone && part === pane && { role: 'main', id: 'main' }) });
  return (
    <div
      className={styles.page}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onEscape?.();
        else cycleLandmarks(event);
      }}
    >
      <a href="#main" className={styles.skip} onClick={skipToComposer}>
        {t(mainLabelledBy === 'thread-title' ? 'skip.composer' : 'skip.main')}
      </a>
      {banner}
      <div className={styles.shell} data-pane={pane} data-details={details ? '' : undefined}>
        {navigation}
        <div className={styles.list} {...isMain('list')}>
          {list}
        </div>
        <main
          id={isPhone && pane !== 'main' ? undefined : 'main'}
          tabIndex={-1}
          aria-labelledby={mainLabelledBy}
          className={styles.main}
        >
          {main}
        </main>
        {details && <DetailsPane {...isMain('details')}>{details}</DetailsPane>}
      </div>
    </div>
  );
}

/** The pane beside the conversation. When it closes with the focus in it, that goes back to where it came from. */
function DetailsPane({ children, ...landmark }: { children: ReactNode; role?: string; id?: string }) {
  const pane = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = pane.current;
    const opener = document.activeElement;
    return () => {
      if (!element?.contains(document.activeElement)) return;
      // After the commit: only then is a pane that made room for this one in sight again.
      queueMicrotask(() => {
        if (opener instanceof HTMLElement && opener !== document.body && opener.isConnected) opener.focus();
        else focusComposer();
      });
    };
  }, []);
  return (
    <div ref={pane} className={styles.details} {...landmark}>
      {children}
    </div>
  );
}

function skipToComposer(event: React.MouseEvent) {
  event.preventDefault();
  focusComposer();
}

function focusComposer() {
  const main = document.getElementById('main');
  (main?.querySelector('textarea') ?? main)?.focus();
}

/** F6 goes to the next landmark that is in sight, Shift+F6 to the one before. */
function cycleLandmarks(event: React.KeyboardEvent<HTMLElement>) {
  if (event.key !== 'F6') return;
  const landmarks = [...event.currentTarget.querySelectorAll<HTMLElement>('nav, main, aside')].filter(
    (element) => element.offsetParent !== null,
  );
  const here = landmarks.findIndex((landmark) => landmark.contains(document.activeElement));
  const next = landmarks.at((here + (event.shiftKey ? -1 : 1)) % landmarks.length);
  if (!next) return;
  event.preventDefault();
  const first = next.querySelector<HTMLElement>('[tabindex="0"], textarea, a[href], button:not(:disabled)');
  (next.tagName === 'MAIN'
    ? (next.querySelector<HTMLElement>('textarea') ?? first ?? next)
    : (first ?? next)
  ).focus();
}
