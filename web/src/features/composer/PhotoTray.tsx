import { useEffect, useState } from 'react';
import { useT } from '@/lib/i18n';
import { fileSize } from '@/lib/i18n/sizes';
import { LIMITS } from '@/protocol';
import { IconButton } from '@/ui/IconButton';
import { IconFile, IconX } from '@/ui/icons';
import styles from './PhotoTray.module.css';

/** A file that waits to be sent with the next message. */
export type Waiting = { id: string; file: File; alt: string };

type Props = {
  files: readonly Waiting[];
  onDescribe: (id: string, alt: string) => void;
  onRemove: (id: string) => void;
};

/** What goes out with the next message: each with its picture, a description for those who cannot see it, and a way back. */
export function PhotoTray({ files, onDescribe, onRemove }: Props) {
  const t = useT();
  return (
    <ul className={styles.tray} aria-label={t('tray.label', { count: files.length })}>
      {files.map(({ id, file, alt }) => (
        <li key={id} className={styles.item}>
          <div className={styles.frame}>
            <Preview file={file} />
            <IconButton
              small
              look="veil"
              label={t('tray.remove', { name: file.name })}
              className={styles.remove}
              onClick={() => onRemove(id)}
            >
              <IconX />
            </IconButton>
          </div>
          {isShown(file) ? (
            <input
              className={styles.alt}
              dir="auto"
              value={alt}
              maxLength={LIMITS.ALT_UTF16_MAX}
              placeholder={t('tray.altPlaceholder')}
              aria-label={t('tray.alt', { name: file.name })}
              onChange={(event) => onDescribe(id, event.target.value)}
            />
          ) : (
            <p className={styles.name}>
              <bdi>{file.name}</bdi>
              <span>{fileSize(file.size)}</span>
              {carriesMetadata(file) && <span className={styles.warning}>{t('tray.metadata')}</span>}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function Preview({ file }: { file: File }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!isShown(file)) return undefined;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url ? (
    <img src={url} alt="" className={styles.image} />
  ) : (
    <IconFile className={styles.glyph} aria-hidden="true" />
  );
}

const SHOWN = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** Whether the server shows this file as a photo; anything else travels as a download. */
function isShown(file: File): boolean {
  return SHOWN.has(file.type);
}

/** A photo in a format that the server does not decode keeps what its camera wrote into it, the place included. */
function carriesMetadata(file: File): boolean {
  return (
    !isShown(file) && (file.type.startsWith('image/') || /\.(?:heic|heif|avif|tiff?|dng)$/i.test(file.name))
  );
}
