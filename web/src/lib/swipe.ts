import { type RefObject, useEffect, useRef } from 'react';

/** A finger that moved so far, and more aside than up or down, swipes rather than scrolls or presses. */
const BEGINS_PX = 12;
/** Beyond this the row follows the finger only a little: there is nothing more to reveal. */
const FREE_PX = 96;

type Options = {
  /** What is swiped, within the root. */
  selector: string;
  /** Which ways it may go: towards the end of the line, or its start as well. */
  ways: 'end' | 'both';
  /** Let go after this much, it counts. */
  countsFromPx: number;
  onSwipe: (element: HTMLElement, way: 'start' | 'end') => void;
};

type Swipe = { element: HTMLElement; id: number; x: number; y: number; moved: number; isOn: boolean };

/**
 * Swiping of rows with one finger, by one set of listeners on their common root. What a swipe does can be done without
 * one as well. Rows need `touch-action: pan-y`, so that the browser leaves sideways moves to us.
 */
export function useSwipe(root: RefObject<HTMLElement | null>, options: Options): void {
  const current = useRef(options);
  current.current = options;
  useEffect(() => {
    const element = root.current;
    if (!element) return undefined;
    let swipe: Swipe | undefined;
    const end = (counts: boolean) => {
      if (!swipe) return;
      const { element: row, moved, isOn } = swipe;
      swipe = undefined;
      row.style.removeProperty('translate');
      delete row.dataset.swipe;
      const { countsFromPx, onSwipe } = current.current;
      if (counts && isOn && Math.abs(moved) >= countsFromPx) {
        navigator.vibrate?.(10);
        onSwipe(row, moved > 0 ? 'end' : 'start');
      }
    };
    const onDown = (event: PointerEvent) => {
      end(false);
      if (event.pointerType !== 'touch' || !event.isPrimary) return;
      const row = (event.target as Element).closest<HTMLElement>(current.current.selector);
      if (!row) return;
      swipe = {
        element: row,
        id: event.pointerId,
        x: event.clientX,
        y: event.clientY,
        moved: 0,
        isOn: false,
      };
    };
    const onMove = (event: PointerEvent) => {
      if (swipe?.id !== event.pointerId) return;
      const aside = event.clientX - swipe.x;
      if (!swipe.isOn) {
        if (Math.abs(event.clientY - swipe.y) > BEGINS_PX) end(false);
        else if (Math.abs(aside) > BEGINS_PX) swipe.isOn = true;
        if (!swipe?.isOn) return;
      }
      const { ways, countsFromPx } = current.current;
      swipe.moved = towardsEnd(aside, swipe.element);
      const moved = ways === 'end' ? Math.max(0, swipe.moved) : swipe.moved;
      swipe.moved = moved;
      swipe.element.style.setProperty('translate', `${towardsEnd(damped(moved), swipe.element)}px`);
      swipe.element.dataset.swipe = Math.abs(moved) >= countsFromPx ? (moved > 0 ? 'end' : 'start') : 'begun';
    };
    const onUp = () => end(true);
    const onCancel = () => end(false);
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
    element.addEventListener('pointercancel', onCancel);
    return () => {
      end(false);
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
      element.removeEventListener('pointercancel', onCancel);
    };
  }, [root]);
}

/** How far a row follows a finger that moved so far. */
export function damped(moved: number): number {
  const beyond = Math.max(0, Math.abs(moved) - FREE_PX);
  return Math.sign(moved) * (Math.min(Math.abs(moved), FREE_PX) + beyond / 6);
}

/** A distance to the right as one towards the end of the line, and back. */
function towardsEnd(distance: number, element: Element): number {
  return getComputedStyle(element).direction === 'rtl' ? -distance : distance;
}
