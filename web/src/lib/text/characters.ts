/** A letter, a digit or a mark on one; variation selectors are marks to Unicode, but belong to emoji. */
const WORD = /[\p{Alphabetic}\p{N}\p{M}]/u;
const VARIATION_SELECTOR = /[\ufe00-\ufe0f]/u;

/** White_Space of Unicode, which `\s` is not quite. */
const SPACE = /[\t\n\v\f\r\u0085\p{Z}]/u;

/** The same ranges as `is_unspaced` in `crates/chat/src/text/characters.rs`. */
const UNSPACED =
  /[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\u{1aff0}-\u{1b16f}\u{20000}-\u{3ffff}]/u;

const ASCII_WORD = /^[0-9A-Za-z]$/u;

export function isWord(char: string): boolean {
  return WORD.test(char) && !VARIATION_SELECTOR.test(char);
}

/** Of a script whose words stand side by side without a space, or carry their particles attached. */
export function isUnspaced(char: string): boolean {
  return UNSPACED.test(char);
}

export function isSpace(char: string): boolean {
  return SPACE.test(char);
}

export function isAsciiWord(char: string): boolean {
  return ASCII_WORD.test(char);
}

/** The whole character that begins at `at`; empty at the end of the text. */
export function charAt(text: string, at: number): string {
  const point = text.codePointAt(at);
  return point === undefined ? '' : String.fromCodePoint(point);
}

/** The whole character that ends at `at`; empty at the beginning of the text. */
export function charBefore(text: string, at: number): string {
  const pair = at > 1 ? charAt(text, at - 2) : '';
  return pair.length === 2 ? pair : text.charAt(at - 1);
}

/** `at` is in the text or at its end, and not inside of a surrogate pair. */
export function isBoundary(text: string, at: number): boolean {
  return at === text.length || (at < text.length && !/[\udc00-\udfff]/.test(text.charAt(at)));
}

/** How often `char` is repeated from `at` on. */
export function runLength(text: string, at: number, char: string): number {
  let end = at;
  while (text.charAt(end) === char) end += 1;
  return end - at;
}
