import { thumbHashToDataURL } from 'thumbhash';

/** Decoded blurs that are kept; a screen shows a few dozen pictures at most. */
const KEPT_MAX = 200;
const kept = new Map<string, string | undefined>();

/**
 * The blur that stands for a picture until its bytes arrive, from the hash that came with its message, as a `url(…)` for
 * a background. `undefined` when there is no hash or it is not one.
 */
export function blurOf(hash: string | undefined): string | undefined {
  if (!hash) return undefined;
  if (!kept.has(hash)) {
    if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value ?? '');
    kept.set(hash, decode(hash));
  }
  return kept.get(hash);
}

function decode(hash: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(hash), (char) => char.charCodeAt(0));
    return bytes.length < 5 ? undefined : `url("${thumbHashToDataURL(bytes)}")`;
  } catch {
    return undefined;
  }
}
