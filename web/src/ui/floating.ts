import { type RefObject, useEffect, useLayoutEffect } from 'react';
import { type Place, place } from './place';

type Options = {
  at: Place;
  prefer?: 'below' | 'above';
  /** What has the focus first, in words of a style sheet. */
  first: string;
  onClose: () => void;
};

/**
 * Shows an element with `popover` beside what asked for it while its component is mounted. A press elsewhere closes it; the
 * focus goes in and comes back.
 */
export function useFloating(
  ref: RefObject<HTMLElement | null>,
  { at, prefer = 'below', first, onClose }: Options,
): void {
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const before = document.activeElement;
    element.showPopover();
    place(element, at, prefer);
    element.querySelector<HTMLElement>(first)?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [ref, at, prefer, first]);

  useEffect(() => {
    const outside = (event: Event) => {
      const target = event.target as Node;
      if (ref.current?.contains(target) || (at instanceof Element && at.contains(target))) return;
      onClose();
    };
    document.addEventListener('pointerdown', outside, true);
    return () => document.removeEventListener('pointerdown', outside, true);
  }, [ref, at, onClose]);
}
