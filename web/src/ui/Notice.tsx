import type { ReactNode } from 'react';
import { classes } from './classes';
import { IconAlertCircle, IconInfoCircle } from './icons';
import styles from './Notice.module.css';

type Props = { tone?: 'plain' | 'danger'; children: ReactNode };

/** A sentence that should not be missed, where it belongs. Danger is told at once; the rest when it is reached. */
export function Notice({ tone = 'plain', children }: Props) {
  const Icon = tone === 'danger' ? IconAlertCircle : IconInfoCircle;
  return (
    <div role={tone === 'danger' ? 'alert' : undefined} className={classes(styles.notice, styles[tone])}>
      <Icon aria-hidden="true" />
      <div>{children}</div>
    </div>
  );
}
