import { type ComponentProps, type ReactNode, useId, useState } from 'react';
import { IconButton } from './IconButton';
import { IconAlertCircle, IconEye, IconEyeOff } from './icons';
import styles from './TextField.module.css';

type Props = Omit<ComponentProps<'input'>, 'id'> & {
  label: string;
  hint?: ReactNode;
  'data-autofocus'?: '';
  /** What is wrong, in words; it is read with the field and takes the hint's place. */
  error?: string | undefined;
  /** For passwords: the names of the button that shows and hides what is typed. */
  reveal?: { show: string; hide: string };
};

/** One line of text with its label above and what is wrong with it below. */
export function TextField({ label, hint, error, reveal, type = 'text', ...rest }: Props) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const note = error ?? hint;
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <div className={styles.box}>
        <input
          {...rest}
          id={id}
          dir="auto"
          type={shown ? 'text' : type}
          aria-invalid={error ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
          className={styles.input}
        />
        {reveal && (
          <IconButton small label={shown ? reveal.hide : reveal.show} onClick={() => setShown(!shown)}>
            {shown ? <IconEyeOff /> : <IconEye />}
          </IconButton>
        )}
      </div>
      {note && (
        <p id={`${id}-note`} className={error ? styles.error : styles.hint}>
          {error && <IconAlertCircle size={16} aria-hidden="true" />}
          {note}
        </p>
      )}
    </div>
  );
}
