const HUES = 8;

/** One of eight hues for a person or group, the same on every device: a hash of the id (FNV-1a). */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash % HUES;
}

/**
 * One or two letters that stand for a name: the first of its first and last word. A name in a script without capitals
 * gives its first letter alone, and a name that begins with an emoji gives that emoji.
 */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = firstLetter(words[0] ?? '');
  const last = words.length > 1 ? firstLetter(words.at(-1) ?? '') : '';
  if (!first) return '?';
  return isCased(first) && isCased(last) ? first.toUpperCase() + last.toUpperCase() : first.toUpperCase();
}

const segmenter = new Intl.Segmenter();

function firstLetter(word: string): string {
  const [first] = segmenter.segment(word);
  return first?.segment ?? '';
}

function isCased(letter: string): boolean {
  return letter.toLowerCase() !== letter.toUpperCase();
}
