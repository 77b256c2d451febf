import { isUnspaced, isWord } from './characters';

/** A stretch of a text, in UTF-16 units. */
export type Range = { from: number; to: number };

/** A word to look for, folded. `isWhole` words must end where they end; the last one that is typed may go on. */
export type FindTerm = { text: string; isWhole: boolean };

/** Terms of one query, at most; the server takes no more either. */
const TERMS_MAX = 64;

/** The words of a query as they are looked for: a word counts from its beginning, and the last may still be written. */
export function findTerms(query: string): FindTerm[] {
  const words = wordsIn(fold(query).text).slice(0, TERMS_MAX);
  const { text } = fold(query);
  return words.map(({ from, to }, index) => ({
    text: text.slice(from, to),
    isWhole: index < words.length - 1 && !isUnspaced(text.slice(from, to)),
  }));
}

/** Whether a text has all of the terms. No terms are in every text. */
export function hasTerms(text: string, terms: readonly FindTerm[]): boolean {
  const folded = fold(text);
  return terms.every((term) => !placesOf(folded.text, term).next().done);
}

/** Where the terms stand in a text, in order and without overlap, as stretches of the text that was given. */
export function termRanges(text: string, terms: readonly FindTerm[]): Range[] {
  const folded = fold(text);
  const found = terms
    .flatMap((term) => [...placesOf(folded.text, term)])
    .map(({ from, to }) => ({ from: folded.at[from] ?? 0, to: folded.at[to] ?? text.length }))
    .toSorted((a, b) => a.from - b.from || b.to - a.to);
  return found.filter(({ from }, index) => index === 0 || from >= (found[index - 1]?.to ?? 0));
}

/**
 * A text in which a reader's same is the same: case, accents, widths and the vowel signs of Hebrew and Arabic do not
 * matter. `at` says for each unit, and for the end, where in the text it came from.
 */
export function fold(text: string): { text: string; at: number[] } {
  let folded = '';
  const at: number[] = [];
  let from = 0;
  for (const character of text) {
    const plain = [...character.normalize('NFKD').toLowerCase()]
      .filter((unit) => !isAccent(unit))
      .map((unit) => EXCHANGED[unit] ?? unit)
      .join('');
    for (let unit = 0; unit < plain.length; unit += 1) at.push(from);
    folded += plain;
    from += character.length;
  }
  at.push(from);
  return { text: folded, at };
}

/** Marks without which a word is still the same one, as the server's index leaves them out: from one to another. */
const ACCENTS = [
  [0x300, 0x36f],
  [0x483, 0x487],
  [0x591, 0x5bd],
  [0x5bf, 0x5bf],
  [0x5c1, 0x5c2],
  [0x5c4, 0x5c5],
  [0x5c7, 0x5c7],
  [0x610, 0x61a],
  [0x640, 0x640],
  [0x64b, 0x65f],
  [0x670, 0x670],
  [0x6d6, 0x6dc],
  [0x6df, 0x6e4],
  [0x6e7, 0x6e8],
  [0x6ea, 0x6ed],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x20d0, 0x20ff],
  [0xfe20, 0xfe2f],
] as const;

/** Letters that many keyboards and writers exchange. */
const EXCHANGED: Record<string, string> = { ٱ: 'ا', ى: 'ي', ی: 'ي', ة: 'ه', ک: 'ك' };

function isAccent(unit: string): boolean {
  const code = unit.charCodeAt(0);
  return code >= 0x300 && ACCENTS.some(([from, to]) => code >= from && code <= to);
}

function* placesOf(folded: string, term: FindTerm): Generator<Range> {
  let from = folded.indexOf(term.text);
  while (from >= 0) {
    const to = from + term.text.length;
    const begins = isUnspaced(term.text) || !isInside(folded[from - 1]);
    const ends = !term.isWhole || !isInside(folded[to]);
    if (begins && ends) yield { from, to };
    from = folded.indexOf(term.text, from + 1);
  }
}

/** Whether a character carries a word on. */
function isInside(character: string | undefined): boolean {
  return character !== undefined && isWord(character) && !isUnspaced(character);
}

function wordsIn(text: string): Range[] {
  const words: Range[] = [];
  let from: number | undefined;
  for (let at = 0; at <= text.length; at += 1) {
    const character = text[at];
    const isPart = character !== undefined && (isWord(character) || /[\ud800-\udfff]/u.test(character));
    if (isPart) from ??= at;
    else if (from !== undefined) {
      words.push({ from, to: at });
      from = undefined;
    }
  }
  return words;
}
