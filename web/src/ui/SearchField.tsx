import type { ComponentProps, ReactNode } from 'react';
import { IconSearch } from './icons';
import styles from './SearchField.module.css';

type Props = Omit<ComponentProps<'input'>, 'type' | 'className'> & {
  /** What is searched, for those who do not see where the field stands. */
  label: string;
  /** After the words: how many were found, that it is busy, a way to clear it. */
  children?: ReactNode;
};

/** One line in which words to look for are typed. */
export function SearchField({ label, children, ...rest }: Props) {
  return (
    <div className={styles.field}>
      <IconSearch className={styles.icon} aria-hidden="true" />
      <input {...rest} type="search" dir="auto" autoComplete="off" aria-label={label} />
      {children}
    </div>
  );
}
