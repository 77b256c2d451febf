import { type RefObject, useEffect } from 'react';
import { type FindTerm, termRanges } from '@/lib/text/find';

/** The name under which `global.css` paints what was found. */
const FOUND = 'kith-found';

/** Elements of the page whose words are searched. */
const SEARCHED = 'article [data-bubble]';

/**
 * Marks the terms in what is on screen without touching it: the browser paints over the text as it stands, so rows need
 * not know of a search. Where it cannot, nothing is marked.
 */
export function useMarks(root: RefObject<HTMLElement | null>, terms: readonly FindTerm[]): void {
  useEffect(() => {
    const element = root.current;
    if (!element || terms.length === 0 || !('highlights' in CSS)) return undefined;
    let frame = 0;
    const paint = () => CSS.highlights.set(FOUND, new Highlight(...rangesIn(element, terms)));
    const observer = new MutationObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(paint);
    });
    observer.observe(element, { childList: true, subtree: true, characterData: true });
    paint();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      CSS.highlights.delete(FOUND);
    };
  }, [root, terms]);
}

function rangesIn(root: HTMLElement, terms: readonly FindTerm[]): StaticRange[] {
  return [...root.querySelectorAll(SEARCHED)].flatMap((element) => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const ranges: StaticRange[] = [];
    while (texts.nextNode()) {
      const node = texts.currentNode as Text;
      for (const { from, to } of termRanges(node.data, terms)) {
        ranges.push(
          new StaticRange({ startContainer: node, startOffset: from, endContainer: node, endOffset: to }),
        );
      }
    }
    return ranges;
  });
}
