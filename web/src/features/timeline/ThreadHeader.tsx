import type { ReactNode } from 'react';
import { useT } from '@/lib/i18n';
import { Avatar, type Face, type Presence, StackedAvatar } from '@/ui/Avatar';
import { IconButton } from '@/ui/IconButton';
import { IconChevronLeft, IconInfoCircle, IconSearch } from '@/ui/icons';
import styles from './ThreadHeader.module.css';

type Props = {
  id: string;
  titleId: string;
  title: string;
  faces: readonly Face[];
  presence: Presence;
  /** Who is there, or writing. */
  status: ReactNode;
  statusIsLive: boolean;
  detailsOpen: boolean;
  onBack: (() => void) | undefined;
  onSearch: () => void;
  onDetails: () => void;
};

/** Whose conversation this is, and the way to its details. */
export function ThreadHeader(props: Props) {
  const { id, titleId, title, faces, presence, status, statusIsLive, detailsOpen } = props;
  const { onBack, onSearch, onDetails } = props;
  const t = useT();
  const [face] = faces;
  return (
    <header className={styles.header}>
      {onBack && (
        <IconButton label={t('action.back')} className={styles.back} onClick={onBack}>
          <IconChevronLeft />
        </IconButton>
      )}
      <div className={styles.who}>
        {faces.length > 1 ? (
          <StackedAvatar faces={[...faces]} size={40} presence={presence} />
        ) : (
          <Avatar {...(face ?? { id, name: title })} size={40} presence={presence} />
        )}
        <div className={styles.words}>
          <h1 className={styles.title}>
            <button
              type="button"
              className={styles.open}
              onClick={onDetails}
              aria-label={t('thread.openDetails', { name: title })}
            >
              <bdi id={titleId}>{title}</bdi>
            </button>
          </h1>
          <span className={statusIsLive ? styles.live : styles.status}>{status}</span>
        </div>
      </div>
      <IconButton label={t('thread.search')} onClick={onSearch}>
        <IconSearch />
      </IconButton>
      <IconButton
        label={t('thread.details')}
        look={detailsOpen ? 'active' : 'plain'}
        aria-expanded={detailsOpen}
        onClick={onDetails}
      >
        <IconInfoCircle />
      </IconButton>
    </header>
  );
}
