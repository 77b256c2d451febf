import { useEffect, useRef } from 'react';
import { classes } from './classes';
import { IconButton } from './IconButton';
import { IconAlertCircle, IconX } from './icons';
import styles from './Toaster.module.css';
import { dismissToast, pauseToasts, useToasts } from './toasts';

/** Where toasts appear: one polite region for the whole client. It never takes focus. */
export function Toaster({ closeLabel }: { closeLabel: string }) {
  const toasts = useToasts();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Anew with each toast, so that it stands above whatever dialog opened since.
    ref.current?.hidePopover();
    if (toasts.length > 0) ref.current?.showPopover();
    // What is gone can no longer be pointed at.
    else pauseToasts(false);
  }, [toasts]);
  return (
    <div
      ref={ref}
      popover="manual"
      role="status"
      className={styles.toaster}
      onPointerEnter={() => pauseToasts(true)}
      onPointerLeave={() => pauseToasts(false)}
      onFocus={() => pauseToasts(true)}
      onBlur={() => pauseToasts(false)}
    >
      {toasts.map(({ id, title, text, tone, action }) => (
        <div key={id} className={classes(styles.toast, tone === 'danger' && styles.danger)}>
          {tone === 'danger' && <IconAlertCircle aria-hidden="true" />}
          <div className={styles.body}>
            <span className={styles.text}>
              {title && <bdi className={styles.title}>{title}</bdi>}
              <bdi className={title && styles.said}>{text}</bdi>
            </span>
            {action && (
              <button
                type="button"
                className={styles.action}
                onClick={() => {
                  action.onSelect();
                  dismissToast(id);
                }}
              >
                {action.label}
              </button>
            )}
          </div>
          <IconButton small label={closeLabel} onClick={() => dismissToast(id)}>
            <IconX />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
