import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useT } from '@/lib/i18n';
import { Button } from './Button';
import styles from './CropDialog.module.css';
import { CLOSEST, type Crop, moved, type Size, sideOf, WHOLE, zoomed } from './crop';
import { Dialog } from './Dialog';

type Props = {
  file: File;
  /** The dialog waits for it and closes; a refusal is the caller's to tell. */
  onCrop: (file: File) => Promise<unknown>;
  onClose: () => void;
};

/** As much as any screen shows of a picture of somebody. */
const SIDE_MAX_PX = 1024;
const STEP = 0.05;

/** Asks for the square of a photo that is to be shown: by dragging, with the arrows, and with a slider to come closer. */
export function CropDialog({ file, onCrop, onClose }: Props) {
  const t = useT();
  const url = useObjectUrl(file);
  const image = useRef<HTMLImageElement>(null);
  const [size, setSize] = useState<Size>();
  const [crop, setCrop] = useState(WHOLE);
  const [busy, setBusy] = useState(false);
  const move = (across: number, down: number) => size && setCrop((now) => moved(size, now, across, down));
  const drag = useDrag(move);

  const use = async () => {
    setBusy(true);
    // What this browser cannot draw is sent as it is: the server may know better.
    await onCrop((size && image.current && (await cut(image.current, size, crop, file))) ?? file);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    }[event.key];
    if (!step) return;
    event.preventDefault();
    move(step[0] ?? 0, step[1] ?? 0);
  };
  return (
    <Dialog
      title={t('crop.title')}
      size="small"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button look="primary" busy={busy} onClick={() => void use()}>
            {t('crop.use')}
          </Button>
        </>
      }
    >
      <div
        role="group"
        aria-label={t('crop.move')}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the arrows move what is in it
        tabIndex={0}
        data-autofocus=""
        className={styles.stage}
        onKeyDown={onKeyDown}
        {...drag}
      >
        <img
          ref={image}
          src={url}
          alt=""
          draggable={false}
          className={styles.image}
          style={size && placeOf(size, crop)}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
            setSize({ width, height })
          }
        />
      </div>
      <label className={styles.zoom}>
        {t('crop.zoom')}
        <input
          type="range"
          min={1}
          max={CLOSEST}
          step={STEP}
          value={crop.zoom}
          disabled={!size}
          onChange={({ target }) => size && setCrop(zoomed(size, crop, Number(target.value)))}
        />
      </label>
    </Dialog>
  );
}

/** Where the picture lies in the square, in shares of that. */
function placeOf(size: Size, crop: Crop) {
  const side = sideOf(size, crop);
  const share = (pixels: number) => `${(100 * pixels) / side}%`;
  return {
    width: share(size.width),
    height: share(size.height),
    left: share(side / 2 - crop.x * size.width),
    top: share(side / 2 - crop.y * size.height),
  };
}

/** The square as a file of its own; nothing when it cannot be drawn. */
async function cut(image: HTMLImageElement, size: Size, crop: Crop, file: File): Promise<File | undefined> {
  const side = sideOf(size, crop);
  const canvas = document.createElement('canvas');
  canvas.width = Math.min(SIDE_MAX_PX, Math.round(side));
  canvas.height = canvas.width;
  const [left, top] = [crop.x * size.width - side / 2, crop.y * size.height - side / 2];
  canvas.getContext('2d')?.drawImage(image, left, top, side, side, 0, 0, canvas.width, canvas.height);
  // What may have see-through parts keeps them.
  const type = file.type === 'image/jpeg' ? 'image/jpeg' : 'image/png';
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.9));
  return blob ? new File([blob], file.name, { type }) : undefined;
}

/** The picture follows the pointer, so the square goes the other way. */
function useDrag(move: (across: number, down: number) => void) {
  const from = useRef<{ x: number; y: number }>(undefined);
  const end = () => {
    from.current = undefined;
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      if (!event.isPrimary || event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      from.current = { x: event.clientX, y: event.clientY };
    },
    onPointerMove: ({ clientX: x, clientY: y, currentTarget }: PointerEvent) => {
      const before = from.current;
      if (!before) return;
      from.current = { x, y };
      const { width } = currentTarget.getBoundingClientRect();
      move((before.x - x) / width, (before.y - y) / width);
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}

function useObjectUrl(file: File): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
