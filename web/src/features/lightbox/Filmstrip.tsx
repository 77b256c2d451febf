import { useEffect, useRef } from 'react';
import { useT } from '@/lib/i18n';
import styles from './Filmstrip.module.css';
import type { Photo } from './Lightbox';

type Props = { photos: readonly Photo[]; index: number; onGo: (index: number) => void };

/** All the photos in small, the one that is shown in the middle. It is one stop for Tab, on that one. */
export function Filmstrip({ photos, index, onGo }: Props) {
  const t = useT();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const button = list.current?.children[index]?.querySelector('button');
    button?.scrollIntoView({ block: 'nearest', inline: 'center' });
    // The arrows go on from the photo that is shown.
    if (list.current?.contains(document.activeElement)) button?.focus({ preventScroll: true });
  }, [index]);
  return (
    <ul ref={list} className={styles.strip} onWheel={(event) => event.stopPropagation()}>
      {photos.map(({ id, small, alt }, number) => (
        <li key={id}>
          <button
            type="button"
            className={styles.frame}
            tabIndex={number === index ? 0 : -1}
            aria-current={number === index}
            aria-label={t(alt ? 'photo.openNamed' : 'photo.open', {
              number: number + 1,
              count: photos.length,
              alt: alt ?? '',
            })}
            onClick={() => onGo(number)}
          >
            <img src={small} alt="" loading="lazy" draggable={false} />
          </button>
        </li>
      ))}
    </ul>
  );
}
