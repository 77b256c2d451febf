import { useMemo } from 'react';
import { useT } from '@/lib/i18n';
import { fileSize } from '@/lib/i18n/sizes';
import { blurOf } from '@/lib/thumbhash';
import { classes } from '@/ui/classes';
import { IconDownload, IconFile } from '@/ui/icons';
import styles from './Attachments.module.css';
import type { ShownAttachment } from './model';

/** Pictures of an album that are shown; the rest is a number on the last. */
const SHOWN_MAX = 4;

/** The pictures of one message: one in its own shape, two side by side, three as one over two, four and more as a square. */
export function Album({ pictures }: { pictures: readonly ShownAttachment[] }) {
  const shown = pictures.slice(0, SHOWN_MAX);
  const more = pictures.length - shown.length;
  const [only] = pictures;
  const single = pictures.length === 1 && only ? shapeOf(only) : undefined;
  return (
    <div className={classes(styles.album, styles[`count${shown.length}`])} style={single}>
      {shown.map((picture, index) => (
        <Picture
          key={picture.id}
          picture={picture}
          index={index}
          count={pictures.length}
          more={index === SHOWN_MAX - 1 ? more : 0}
        />
      ))}
    </div>
  );
}

type PictureProps = { picture: ShownAttachment; index: number; count: number; more: number };

function Picture({ picture, index, count, more }: PictureProps) {
  const t = useT();
  const blur = useMemo(() => blurOf(picture.thumbhash), [picture.thumbhash]);
  const place = { number: index + 1, count };
  return (
    <button
      type="button"
      tabIndex={-1}
      data-do="photo"
      data-index={index}
      className={styles.picture}
      style={blur ? { backgroundImage: blur } : undefined}
      aria-label={picture.alt ? t('photo.openNamed', { ...place, alt: picture.alt }) : t('photo.open', place)}
    >
      <img
        src={count === 1 ? picture.large : picture.thumb}
        srcSet={count === 1 ? undefined : `${picture.thumb} 1x, ${picture.large} 2x`}
        alt=""
        loading="lazy"
        decoding="async"
        draggable={false}
      />
      {more > 0 && <span data-more={`+${more}`} className={styles.more} />}
      {picture.progress !== undefined && picture.progress < 1 && <Progress value={picture.progress} />}
    </button>
  );
}

/** Files that are not shown but taken home. */
export function FileCards({ files, own }: { files: readonly ShownAttachment[]; own: boolean }) {
  const t = useT();
  return (
    <ul className={styles.files}>
      {files.map((file) => (
        <li key={file.id}>
          <a
            href={file.original}
            download={file.name}
            tabIndex={-1}
            className={classes(styles.file, own && styles.ownFile)}
            aria-label={t('file.download', { name: file.name, size: fileSize(file.size) })}
          >
            <span className={styles.glyph}>
              {file.progress === undefined ? <IconFile /> : <IconDownload />}
            </span>
            <span className={styles.about}>
              <bdi className={styles.fileName}>{file.name}</bdi>{' '}
              <span className={styles.size}>{fileSize(file.size)}</span>
            </span>
            {file.progress !== undefined && file.progress < 1 && <Progress value={file.progress} />}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Progress({ value }: { value: number }) {
  const t = useT();
  return <progress className={styles.progress} max={1} value={value} aria-label={t('upload.progress')} />;
}

const WIDTH_MAX = 360;
const HEIGHT_MAX = 420;
const RATIO_MIN = 9 / 16;
const RATIO_MAX = 16 / 9;

/** The box of a single picture, known before its bytes arrive, so that nothing moves when they do. */
function shapeOf({ width = 4, height = 3 }: ShownAttachment) {
  const ratio = Math.min(RATIO_MAX, Math.max(RATIO_MIN, width / height));
  const inlineSize = Math.min(WIDTH_MAX, HEIGHT_MAX * ratio);
  return { inlineSize, aspectRatio: String(ratio) };
}
