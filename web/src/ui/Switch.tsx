import { type ComponentProps, type ReactNode, useId } from 'react';
import styles from './Switch.module.css';

type Props = Omit<ComponentProps<'input'>, 'id' | 'type' | 'role'> & {
  label: string;
  hint?: ReactNode;
};

/** Something that is on or off, and takes effect at once. */
export function Switch({ label, hint, ...rest }: Props) {
  const id = useId();
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-hint`} className={styles.hint}>
            {hint}
          </p>
        )}
      </div>
      <input
        {...rest}
        id={id}
        type="checkbox"
        // oxlint-disable-next-line jsx-a11y/role-has-required-aria-props -- a native checkbox says checked by itself
        role="switch"
        aria-describedby={hint ? `${id}-hint` : undefined}
        className={styles.switch}
      />
    </div>
  );
}
