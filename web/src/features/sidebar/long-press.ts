import { type PointerEvent, useEffect, useRef } from 'react';

/** As long as this a finger rests before it counts. */
const LONG_PRESS_MS = 350;
/** A finger that moves more than this scrolls. */
const SLACK_PX = 8;

/** A finger that rests on something opens what a right click would. The click that follows it is not meant. */
export function useLongPress(onPress: (element: Element, at: { x: number; y: number }) => void) {
  const began = useRef<{ timer: number; x: number; y: number }>(undefined);
  const isLong = useRef(false);
  const cancel = () => {
    clearTimeout(began.current?.timer);
    began.current = undefined;
  };
  useEffect(() => () => clearTimeout(began.current?.timer), []);
  return {
    /** The finger turned out to do something else. */
    cancel,
    /** Whether the click being handled ends a long press. */
    wasLong: () => isLong.current,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        isLong.current = false;
        if (event.pointerType !== 'touch') return;
        const { target, clientX: x, clientY: y } = event;
        const open = () => {
          isLong.current = true;
          navigator.vibrate?.(10);
          onPress(target as Element, { x, y });
        };
        began.current = { timer: window.setTimeout(open, LONG_PRESS_MS), x, y };
      },
      onPointerMove: ({ clientX, clientY }: PointerEvent) => {
        const at = began.current;
        if (at && Math.hypot(clientX - at.x, clientY - at.y) > SLACK_PX) cancel();
      },
      onPointerUp: cancel,
      onPointerCancel: cancel,
    },
  };
}
