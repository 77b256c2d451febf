import { type ReactNode, useEffect, useId, useRef } from 'react';
import { classes } from './classes';
import styles from './Dialog.module.css';
import { IconButton } from './IconButton';
import { IconX } from './icons';

type Props = {
  title: string;
  /** The name of the button that closes it; none, and only Escape and the actions do. */
  closeLabel?: string;
  onClose: () => void;
  /** Buttons at the foot, the one that acts last. */
  actions?: ReactNode;
  size?: 'small' | 'medium';
  /** The body brings its own padding and scrolling, as a list does. */
  flush?: boolean;
  /** There is nothing in it to operate, only to read: the body has the focus, so that keys scroll it. */
  reading?: boolean;
  children?: ReactNode;
};

/**
 * A modal dialog on the browser's own element: it traps focus, closes on Escape and a click beside it, and gives focus
 * back to where it was.
 */
export function Dialog({
  title,
  closeLabel,
  onClose,
  actions,
  size = 'medium',
  flush,
  reading,
  children,
}: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useModal(ref);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      className={classes(styles.dialog, styles[size])}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div className={styles.sheet}>
        <header className={styles.header}>
          <h2 id={id} className={styles.title}>
            {title}
          </h2>
          {closeLabel && (
            <IconButton label={closeLabel} onClick={onClose}>
              <IconX />
            </IconButton>
          )}
        </header>
        <div
          className={classes(styles.body, flush && styles.flush)}
          {...(reading && { role: 'region', 'aria-labelledby': id, tabIndex: 0, 'data-autofocus': '' })}
        >
          {children}
        </div>
        {actions && <footer className={styles.footer}>{actions}</footer>}
      </div>
    </dialog>
  );
}

/**
 * Opens the element as a modal while its component is mounted, and returns focus when it goes. What carries
 * `data-autofocus` has the focus first, else the browser's choice.
 */
export function useModal(ref: React.RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [ref]);
}
