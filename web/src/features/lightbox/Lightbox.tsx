import { type KeyboardEvent, type PointerEvent, useRef, useState, type WheelEvent } from 'react';
import { useT } from '@/lib/i18n';
import { classes } from '@/ui/classes';
import { useModal } from '@/ui/Dialog';
import { IconButton } from '@/ui/IconButton';
import {
  IconArrowForwardUp,
  IconChevronLeft,
  IconChevronRight,
  IconDownload,
  IconMessageCircle,
  IconX,
} from '@/ui/icons';
import { Filmstrip } from './Filmstrip';
import styles from './Lightbox.module.css';

/** A photo as the viewer wants it. */
export type Photo = {
  id: string;
  small: string;
  large: string;
  original: string;
  name: string;
  alt: string | undefined;
};

type Props = {
  photos: readonly Photo[];
  start: number;
  /** Goes to the message that shows the photo of this index. */
  onShow: (index: number) => void;
  /** Copies that message to other conversations. */
  onForward: (index: number) => void;
  onClose: () => void;
};

type View = { scale: number; x: number; y: number };

const WHOLE: View = { scale: 1, x: 0, y: 0 };
const SCALE_MAX = 6;
const SCALE_STEP = 1.5;
/** Dragged down by more than this, the viewer closes. */
const DRAG_CLOSE_PX = 120;
/** Dragged aside by more than this, the next photo comes. */
const SWIPE_PX = 60;
/** Less movement than this is a press. */
const PRESS_PX = 5;

/**
 * Photos on black. Arrows and the strip of small ones go from one to another; plus, minus, 0, the wheel and a double click
 * zoom; a drag moves an enlarged photo, or closes the viewer when it goes down; Escape closes.
 */
export function Lightbox({ photos, start, onShow, onForward, onClose }: Props) {
  const t = useT();
  const ref = useRef<HTMLDialogElement>(null);
  const [index, setIndex] = useState(start);
  const [view, setView] = useState(WHOLE);
  useModal(ref);

  const photo = photos[index];
  const goTo = (next: number) => {
    if (next < 0 || next >= photos.length) return;
    setIndex(next);
    setView(WHOLE);
  };
  const go = (step: number) => goTo(index + step);
  const zoom = (factor: number) => setView((now) => zoomed(now, factor));
  const drag = useDrag(view, setView, go, onClose);

  const onKeyDown = (event: KeyboardEvent) => {
    const rtl = document.documentElement.dir === 'rtl' ? -1 : 1;
    const act = {
      ArrowRight: () => go(rtl),
      ArrowLeft: () => go(-rtl),
      Home: () => goTo(0),
      End: () => goTo(photos.length - 1),
      '+': () => zoom(SCALE_STEP),
      '=': () => zoom(SCALE_STEP),
      '-': () => zoom(1 / SCALE_STEP),
      '0': () => setView(WHOLE),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  if (!photo) return null;
  return (
    <dialog
      ref={ref}
      aria-label={t('lightbox.title')}
      className={styles.lightbox}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onWheel={(event: WheelEvent) => zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15)}
    >
      <div
        className={classes(styles.stage, photos.length > 1 && styles.withStrip)}
        {...drag}
        onDoubleClick={() => setView((now) => (now.scale > 1 ? WHOLE : { ...WHOLE, scale: 2.5 }))}
      >
        <img
          key={photo.id}
          src={photo.large}
          alt={photo.alt ?? t('lightbox.untitled', { number: index + 1 })}
          draggable={false}
          className={styles.photo}
          style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}
        />
      </div>
      <div className={styles.bar}>
        {photos.length > 1 && (
          <span className={styles.counter} aria-live="polite">
            {t('lightbox.counter', { number: index + 1, count: photos.length })}
          </span>
        )}
        <span className={styles.acts}>
          <IconButton look="veil" label={t('lightbox.show')} onClick={() => onShow(index)}>
            <IconMessageCircle />
          </IconButton>
          <IconButton look="veil" label={t('action.forward')} onClick={() => onForward(index)}>
            <IconArrowForwardUp />
          </IconButton>
        </span>
        <a
          href={photo.original}
          download={photo.name}
          className={styles.download}
          aria-label={t('lightbox.download')}
          data-tip={t('lightbox.download')}
        >
          <IconDownload />
        </a>
        <IconButton look="veil" label={t('action.close')} onClick={onClose}>
          <IconX />
        </IconButton>
      </div>
      {index > 0 && (
        <IconButton
          look="veil"
          label={t('lightbox.previous')}
          className={styles.previous}
          onClick={() => go(-1)}
        >
          <IconChevronLeft />
        </IconButton>
      )}
      {index < photos.length - 1 && (
        <IconButton look="veil" label={t('lightbox.next')} className={styles.next} onClick={() => go(1)}>
          <IconChevronRight />
        </IconButton>
      )}
      <div className={styles.foot}>
        {photo.alt && <p className={styles.caption}>{photo.alt}</p>}
        {photos.length > 1 && <Filmstrip photos={photos} index={index} onGo={goTo} />}
      </div>
    </dialog>
  );
}

function zoomed(view: View, factor: number): View {
  const scale = Math.max(1, Math.min(SCALE_MAX, view.scale * factor));
  return scale === 1 ? WHOLE : { scale, x: (view.x * scale) / view.scale, y: (view.y * scale) / view.scale };
}

/** One finger or the mouse: moves an enlarged photo; else aside is the next photo and down is out. */
function useDrag(view: View, setView: (view: View) => void, go: (step: number) => void, onClose: () => void) {
  const from = useRef<{ x: number; y: number; view: View; onPhoto: boolean }>(undefined);
  const end = (event: PointerEvent) => {
    const began = from.current;
    from.current = undefined;
    if (!began) return;
    const [dx, dy] = [event.clientX - began.x, event.clientY - began.y];
    const isPress = Math.hypot(dx, dy) < PRESS_PX;
    if (isPress && !began.onPhoto) onClose();
    if (isPress || view.scale > 1) return;
    if (dy > DRAG_CLOSE_PX && dy > Math.abs(dx)) onClose();
    else if (Math.abs(dx) > SWIPE_PX) go(dx < 0 ? 1 : -1);
    setView(WHOLE);
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      if (!event.isPrimary || event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const onPhoto = event.target instanceof HTMLImageElement;
      from.current = { x: event.clientX, y: event.clientY, view, onPhoto };
    },
    onPointerMove: (event: PointerEvent) => {
      const began = from.current;
      if (!began) return;
      const [dx, dy] = [event.clientX - began.x, event.clientY - began.y];
      setView({ ...began.view, x: began.view.x + dx, y: began.view.y + dy });
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
