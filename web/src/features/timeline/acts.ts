import { type MouseEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { readKeymap } from '@/lib/shortcuts';

/** What someone asked of a message, by pointer, finger or key. */
export type Act =
  | {
      kind: 'reply' | 'edit' | 'forward' | 'copy' | 'link' | 'pin' | 'delete' | 'retry' | 'discard';
      key: string;
    }
  | { kind: 'leave' | 'select' | 'select-to'; key: string }
  | { kind: 'menu' | 'react'; key: string; at: Element | { x: number; y: number } }
  | { kind: 'toggle-reaction'; key: string; emoji: string }
  | { kind: 'photo'; key: string; index: number }
  | { kind: 'jump'; key: string; seq: number };

const KEYS: Record<string, Act['kind']> = {
  r: 'reply',
  e: 'edit',
  f: 'forward',
  c: 'copy',
  l: 'link',
  p: 'pin',
  '+': 'react',
  ' ': 'select',
  Delete: 'delete',
  Enter: 'menu',
  ContextMenu: 'menu',
  Escape: 'leave',
};

/** What a key means on a message that has the focus. */
export function actOf(key: string, row: HTMLElement): Act | undefined {
  const kind = key.length > 1 || key === ' ' || readKeymap().letters ? KEYS[key] : undefined;
  const of = row.dataset.key;
  if (!kind || of === undefined) return undefined;
  const at = row.querySelector('[data-bubble]') ?? row;
  return kind === 'menu' || kind === 'react' ? { kind, key: of, at } : ({ kind, key: of } as Act);
}

/**
 * What ArrowRight and ArrowLeft lead to from a message or from one of the things on it: its photos, quote, links and
 * reactions, none of which is a stop for Tab, and at the end the message itself again. Mirrored where reading goes from
 * right to left.
 */
export function controlBeside(key: string, row: HTMLElement, from: Element): HTMLElement | undefined {
  if (key !== 'ArrowRight' && key !== 'ArrowLeft') return undefined;
  const stops = [row, ...row.querySelectorAll<HTMLElement>('a[href], button:not(:disabled)')].filter((stop) =>
    stop.checkVisibility({ visibilityProperty: true }),
  );
  const isForward = (key === 'ArrowRight') === (getComputedStyle(row).direction === 'ltr');
  return stops[(stops.indexOf(from as HTMLElement) + (isForward ? 1 : stops.length - 1)) % stops.length];
}

/** As long as this a finger rests before the menu comes. */
const LONG_PRESS_MS = 350;
/** A finger that moves more than this scrolls. */
const LONG_PRESS_SLACK_PX = 8;

/**
 * One set of listeners for all rows: presses on what carries `data-do`, the context menu, a long press, and which row
 * the mouse is over. While messages are being chosen a press anywhere on one chooses it, and with Shift all up to it.
 */
export function useRowGestures(
  scroller: RefObject<HTMLElement | null>,
  isSelecting: boolean,
  onAct: (act: Act) => void,
) {
  const [active, setActive] = useState<string>();
  const press = useRef<{ timer: number; x: number; y: number }>(undefined);
  const isSwallowing = useRef(false);

  const cancelPress = () => {
    clearTimeout(press.current?.timer);
    press.current = undefined;
  };
  useEffect(() => cancelPress, []);

  const handlers = {
    onClick: (event: MouseEvent) => {
      const swallow = isSwallowing.current;
      isSwallowing.current = false;
      if (swallow) {
        event.preventDefault();
        return;
      }
      const key = keyOf(event.target as Element);
      if (isSelecting && key !== undefined) {
        event.preventDefault();
        onAct({ kind: event.shiftKey ? 'select-to' : 'select', key });
        return;
      }
      const act = pressed(event.target as Element);
      if (act) onAct(act);
    },
    onContextMenu: (event: MouseEvent) => {
      const key = keyOf(event.target as Element);
      // A selection or a link keeps the browser's own menu.
      if (key === undefined || (event.target as Element).closest('a') || hasSelection()) return;
      event.preventDefault();
      if (press.current || isSelecting) return;
      onAct({ kind: 'menu', key, at: { x: event.clientX, y: event.clientY } });
    },
    onPointerOver: (event: PointerEvent) => {
      if (event.pointerType === 'mouse') setActive(keyOf(event.target as Element));
    },
    onPointerLeave: () => setActive(undefined),
    onFocus: (event: React.FocusEvent) => {
      if ((event.target as Element).matches(':focus-visible')) setActive(keyOf(event.target));
    },
    onPointerDown: (event: PointerEvent) => {
      isSwallowing.current = false;
      const key = keyOf(event.target as Element);
      if (event.pointerType !== 'touch' || key === undefined || isSelecting) return;
      const { clientX: x, clientY: y } = event;
      const open = () => {
        press.current = undefined;
        isSwallowing.current = true;
        navigator.vibrate?.(10);
        onAct({ kind: 'menu', key, at: { x, y } });
      };
      press.current = { timer: window.setTimeout(open, LONG_PRESS_MS), x, y };
    },
    onPointerMove: (event: PointerEvent) => {
      const began = press.current;
      if (began && Math.hypot(event.clientX - began.x, event.clientY - began.y) > LONG_PRESS_SLACK_PX)
        cancelPress();
    },
    onPointerUp: cancelPress,
    onPointerCancel: cancelPress,
  };

  useEffect(() => {
    const element = scroller.current;
    element?.addEventListener('scroll', cancelPress, { passive: true });
    return () => element?.removeEventListener('scroll', cancelPress);
  }, [scroller]);

  return { active, handlers };
}

function pressed(target: Element): Act | undefined {
  const control = target.closest<HTMLElement>('[data-do]');
  const key = keyOf(target);
  if (!control || key === undefined) return undefined;
  const { do: kind, emoji = '', index, seq } = control.dataset;
  switch (kind) {
    case 'menu':
    case 'react':
      return { kind, key, at: control };
    case 'toggle-reaction':
      return { kind, key, emoji };
    case 'photo':
      return { kind, key, index: Number(index) };
    case 'jump':
      return { kind, key, seq: Number(seq) };
    case 'reply':
    case 'retry':
    case 'discard':
      return { kind, key };
    default:
      return undefined;
  }
}

function keyOf(target: Element): string | undefined {
  return target.closest<HTMLElement>('article[data-key]')?.dataset.key;
}

function hasSelection(): boolean {
  return getSelection()?.isCollapsed === false;
}
