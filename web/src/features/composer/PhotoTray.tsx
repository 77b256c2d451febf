import { type DragEvent, useEffect, useRef, useState } from 'react';
import { useT } from '@/lib/i18n';
import { fileSize } from '@/lib/i18n/sizes';
import { LIMITS } from '@/protocol';
import { announce } from '@/ui/Announcer';
import { IconButton } from '@/ui/IconButton';
import { IconChevronLeft, IconChevronRight, IconFile, IconX } from '@/ui/icons';
import styles from './PhotoTray.module.css';

/** A file that waits to be sent with the next message. */
export type Waiting = { id: string; file: File; alt: string };

type Props = {
  files: readonly Waiting[];
  onDescribe: (id: string, alt: string) => void;
  onRemove: (id: string) => void;
  /** To another place in the order in which they are shown. */
  onMove: (id: string, to: number) => void;
};

/**
 * What goes out with the next message: each with its picture, a description for those who cannot see it, a way back, and a
 * way to another place among the others, by buttons or by dragging.
 */
export function PhotoTray({ files, onDescribe, onRemove, onMove }: Props) {
  const t = useT();
  const drag = useDragging(files, onMove);
  const count = files.length;
  const move = (id: string, name: string, to: number) => {
    onMove(id, to);
    announce(t('tray.moved', { name, number: to + 1, count }));
  };
  return (
    <ul className={styles.tray} aria-label={t('tray.label', { count })}>
      {files.map(({ id, file, alt }, index) => (
        <li key={id} className={styles.item} {...drag(id)}>
          <div className={styles.frame} draggable={count > 1}>
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
            {index > 0 && (
              <IconButton
                small
                look="veil"
                label={t('tray.earlier', { name: file.name })}
                className={styles.earlier}
                onClick={() => move(id, file.name, index - 1)}
              >
                <IconChevronLeft />
              </IconButton>
            )}
            {index < count - 1 && (
              <IconButton
                small
                look="veil"
                label={t('tray.later', { name: file.name })}
                className={styles.later}
                onClick={() => move(id, file.name, index + 1)}
              >
                <IconChevronRight />
              </IconButton>
            )}
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

/** What is dragged takes the place of what it is dragged over. Other things that are dragged here are nobody's business. */
function useDragging(files: readonly Waiting[], onMove: (id: string, to: number) => void) {
  const dragged = useRef<string>(undefined);
  return (id: string) => ({
    onDragStart: ({ target, dataTransfer }: DragEvent) => {
      // Words of a description may be dragged as well.
      if (!(target instanceof HTMLElement && target.draggable)) return;
      dragged.current = id;
      dataTransfer.setData('application/x-kith-tray', id);
      dataTransfer.effectAllowed = 'move';
    },
    onDragOver: (event: DragEvent) => {
      if (dragged.current === undefined) return;
      event.preventDefault();
      if (dragged.current !== id)
        onMove(
          dragged.current,
          files.findIndex((each) => each.id === id),
        );
    },
    onDragEnd: () => {
      dragged.current = undefined;
    },
  });
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
    <img src={url} alt="" draggable={false} className={styles.image} />
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
