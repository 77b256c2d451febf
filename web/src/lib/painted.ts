/**
 * Does something right after the next frame is on screen, so that it does not hold that frame up. The deed is told how long
 * the frame took, in milliseconds.
 */
export function afterPaint(deed: (paintedIn: number) => void): () => void {
  const { port1, port2 } = new MessageChannel();
  const close = () => port1.close();
  let begun = 0;
  port1.addEventListener('message', () => {
    close();
    deed(performance.now() - begun);
  });
  port1.start();
  const frame = requestAnimationFrame(() => {
    begun = performance.now();
    port2.postMessage(undefined);
  });
  return () => {
    cancelAnimationFrame(frame);
    close();
  };
}

/**
 * Notes in the browser's own timeline that something was painted, for whoever measures. Of each name the last mark
 * stays: a page that is open for a week must not collect them.
 */
export function markPainted(name: string, detail?: unknown): () => void {
  return afterPaint(() => {
    performance.clearMarks(name);
    performance.mark(name, { detail });
  });
}
