import { useMemo } from 'react';
import { shallowEqual } from 'react-redux';
import { useAppSelector } from '@/entities/hooks';
import { selectMessage, selectTimeline } from '@/entities/messages';
import { attachmentUrl, thumbnailUrl } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { fileSize } from '@/lib/i18n/sizes';
import { IconFile } from '@/ui/icons';
import styles from './Details.module.css';

type Props = {
  conversationId: string;
  onOpen: (photos: readonly { id: string; name: string; alt: string | undefined }[], index: number) => void;
};

const PHOTOS_MAX = 9;
const FILES_MAX = 5;

/** The newest photos and files of what is loaded, newest first. */
export function Media({ conversationId, onOpen }: Props) {
  const t = useT();
  const attachments = useAppSelector(
    (state) =>
      selectTimeline(state, conversationId)
        .toReversed()
        .flatMap((key) => selectMessage(state, conversationId, key)?.attachments ?? []),
    shallowEqual,
  );
  const photos = useMemo(() => attachments.filter(({ kind }) => kind === 'image'), [attachments]);
  const files = attachments.filter(({ kind }) => kind !== 'image').slice(0, FILES_MAX);
  const open = (index: number) =>
    onOpen(
      photos.map(({ id, name, alt }) => ({ id, name, alt })),
      index,
    );
  return (
    <>
      {photos.length > 0 && (
        <section className={styles.section}>
          <h2 className={styles.heading}>
            {t('details.media')}
            {photos.length > 3 && (
              <button type="button" className={styles.all} onClick={() => open(0)}>
                {t('details.seeAll')}
              </button>
            )}
          </h2>
          <ul className={styles.photos}>
            {photos.slice(0, PHOTOS_MAX).map(({ id, alt }, index) => (
              <li key={id}>
                <button
                  type="button"
                  className={styles.photo}
                  aria-label={t(alt ? 'photo.openNamed' : 'photo.open', {
                    number: index + 1,
                    count: photos.length,
                    alt: alt ?? '',
                  })}
                  onClick={() => open(index)}
                >
                  <img src={thumbnailUrl(id, 320)} alt="" loading="lazy" />
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {files.length > 0 && (
        <section className={styles.section}>
          <h2 className={styles.heading}>{t('details.files')}</h2>
          <ul>
            {files.map(({ id, name, size }) => (
              <li key={id}>
                <a href={attachmentUrl(id)} download={name} className={styles.file}>
                  <IconFile aria-hidden="true" />
                  <bdi>{name}</bdi>
                  <span>{fileSize(size)}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
