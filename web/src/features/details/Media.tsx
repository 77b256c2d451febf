import { useState } from 'react';
import type { ShownIn } from '@/entities/shown';
import { attachmentUrl, thumbnailUrl } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { fileSize } from '@/lib/i18n/sizes';
import { Button } from '@/ui/Button';
import { IconButton } from '@/ui/IconButton';
import { IconArrowBackUp, IconFile } from '@/ui/icons';
import { Spinner } from '@/ui/Spinner';
import { Tabs } from '@/ui/Tabs';
import styles from './Details.module.css';
import { type Shown, useShown } from './useShown';

export type OpenPhotos = (photos: readonly ShownIn[], start: number) => void;

type Props = { conversationId: string; onOpen: OpenPhotos; onOpenAt: (seq: number) => void };

/** All photos and files that were shown here, newest first; each file leads to its message as well. */
export function Media({ conversationId, onOpen, onOpenAt }: Props) {
  const t = useT();
  const [tab, setTab] = useState<'photos' | 'files'>('photos');
  const photos = useShown(conversationId, 'image');
  const files = useShown(conversationId, 'file');
  const isEmpty = photos.items.length === 0 && files.items.length === 0;
  if (isEmpty && photos.status !== 'failed') return null;
  const shown = tab === 'photos' ? photos : files;
  return (
    <section className={styles.section} aria-label={t('details.shown')}>
      <Tabs
        label={t('details.shown')}
        tabs={[
          { id: 'photos', label: t('details.media') },
          { id: 'files', label: t('details.files') },
        ]}
        selected={tab}
        onSelect={setTab}
      >
        {tab === 'photos' ? (
          <Photos shown={photos} onOpen={onOpen} />
        ) : (
          <Files shown={files} onOpenAt={onOpenAt} />
        )}
        <Foot shown={shown} none={t(tab === 'photos' ? 'details.noMedia' : 'details.noFiles')} />
      </Tabs>
    </section>
  );
}

function Photos({ shown: { items }, onOpen }: { shown: Shown; onOpen: OpenPhotos }) {
  const t = useT();
  return (
    <ul className={styles.photos}>
      {items.map(({ attachment: { id, alt } }, index) => (
        <li key={id}>
          <button
            type="button"
            className={styles.photo}
            aria-label={t(alt ? 'photo.openNamed' : 'photo.open', {
              number: index + 1,
              count: items.length,
              alt: alt ?? '',
            })}
            onClick={() => onOpen(items, index)}
          >
            <img src={thumbnailUrl(id, 320)} alt="" loading="lazy" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Files({ shown: { items }, onOpenAt }: { shown: Shown; onOpenAt: (seq: number) => void }) {
  const t = useT();
  return (
    <ul>
      {items.map(({ attachment: { id, name, size }, message }) => (
        <li key={id} className={styles.fileLine}>
          <a href={attachmentUrl(id)} download={name} className={styles.file}>
            <IconFile aria-hidden="true" />
            <bdi>{name}</bdi>
            <span>{fileSize(size)}</span>
          </a>
          <IconButton small label={t('details.showFile', { name })} onClick={() => onOpenAt(message.seq)}>
            <IconArrowBackUp className={styles.turn} />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}

/** What comes after those that are shown: more, nothing, or why not. */
function Foot({ shown: { items, status, error, more }, none }: { shown: Shown; none: string }) {
  const t = useT();
  if (status === 'busy') {
    return (
      <p className={styles.foot}>
        <Spinner />
      </p>
    );
  }
  return (
    <>
      {error && <p className={styles.foot}>{errorText(error)}</p>}
      {items.length === 0 && !error && <p className={styles.foot}>{none}</p>}
      {more && (
        <p className={styles.foot}>
          <Button look="quiet" onClick={more}>
            {t(error ? 'action.retry' : 'details.more')}
          </Button>
        </p>
      )}
    </>
  );
}
