/** What is still to be put away before this page goes, such as half a sentence. */
const deeds = new Set<() => unknown>();

/**
 * Has something done when the page is hidden, after which it may be discarded without another word, and before
 * {@link putAway}. What was registered last is done first: the parts on screen hand over to what lies below them. Until
 * the returned function is called.
 */
export function beforeLeaving(deed: () => unknown): () => void {
  deeds.add(deed);
  return () => deeds.delete(deed);
}

/** Does all of it now; afterwards the page may be loaded anew and nothing is lost. */
export async function putAway(): Promise<void> {
  for (const deed of [...deeds].toReversed()) await deed();
}

globalThis.document?.addEventListener('visibilitychange', () => {
  if (document.hidden) void putAway();
});
// Not every browser hides a page before it goes.
globalThis.addEventListener?.('pagehide', () => void putAway());
