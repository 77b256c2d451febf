/** What a floating thing belongs to: an element, or the point that was clicked. */
export type Place = Element | { x: number; y: number };

/**
 * The part of the page that a floating thing is drawn in: the dialog on top, else the landmark that its anchor is in, so
 * that it is found there by those who go from landmark to landmark.
 */
export function homeOf(at: Place): Element {
  const anchor = at instanceof Element ? at : document.elementFromPoint(at.x, at.y);
  const home = anchor?.closest('dialog[open], main, nav, aside, [role="main"]');
  return document.querySelector('dialog[open]') ?? home ?? document.body;
}

/** Kept free between a floating thing and the edge of the window, and between it and its anchor. */
const EDGE = 8;
const GAP = 6;

/**
 * Puts a fixed element beside its anchor: below and aligned to its start if there is room, else above, and always wholly
 * inside the window. Style sheets that pin the element by themselves (a sheet on a phone) win with `!important`.
 */
export function place(element: HTMLElement, at: Place, prefer: 'below' | 'above' = 'below'): void {
  // Its own size, not the one that it has for a moment while it grows into view.
  const box = { width: element.offsetWidth, height: element.offsetHeight };
  const anchor = at instanceof Element ? at.getBoundingClientRect() : new DOMRect(at.x, at.y, 0, 0);
  const gap = at instanceof Element ? GAP : 0;
  const below = anchor.bottom + gap;
  const above = anchor.top - gap - box.height;
  const fitsBelow = below + box.height <= innerHeight - EDGE;
  const wanted = prefer === 'below' ? (fitsBelow ? below : above) : above >= EDGE ? above : below;
  const rightToLeft = getComputedStyle(element).direction === 'rtl';
  const overflowsEnd = anchor.left + box.width > innerWidth - EDGE;
  const start = rightToLeft || overflowsEnd ? anchor.right - box.width : anchor.left;
  element.style.setProperty('inset', 'auto');
  element.style.setProperty('left', `${clamp(start, EDGE, innerWidth - box.width - EDGE)}px`);
  element.style.setProperty('top', `${clamp(wanted, EDGE, innerHeight - box.height - EDGE)}px`);
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
