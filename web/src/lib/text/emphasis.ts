import type { Entity } from '@/protocol';
import { charAt, charBefore, isSpace, isUnspaced, isWord, runLength } from './characters';

type Mark = {
  kind: 'bold' | 'italic' | 'strike';
  width: number;
  /** On the outer side of the mark, the character makes it a part of a word: `snake_case`, `2*3*4`. */
  clingsTo: (char: string) => boolean;
};

const BOLD: Mark = { kind: 'bold', width: 2, clingsTo: () => false };
const STRIKE: Mark = { kind: 'strike', width: 2, clingsTo: () => false };
const ITALIC_UNDERSCORE: Mark = { kind: 'italic', width: 1, clingsTo: isWord };
const ITALIC_STAR: Mark = {
  kind: 'italic',
  width: 1,
  clingsTo: (char) => isWord(char) && !isUnspaced(char),
};

/** What a run of marks says, outermost first. Every other run is only text. */
const MARKS: Readonly<Record<string, readonly Mark[]>> = {
  '*': [ITALIC_STAR],
  '**': [BOLD],
  '***': [BOLD, ITALIC_STAR],
  _: [ITALIC_UNDERSCORE],
  '~~': [STRIKE],
};

/** No run of marks that says something is longer. */
const RUN_MAX = 3;

type Opener = { mark: Mark; at: number };

/**
 * Bold, italic and strike: pairs of marks on one line. Holds the marks that are open, outermost first, each at most
 * once: that there are never more than four keeps the time linear, however many marks a text has.
 */
export class Emphasis {
  private open: Opener[] = [];

  /** Reads the run of `char` at `at`: closes what is open, innermost first; the rest opens. Returns where it ends. */
  read(text: string, at: number, char: string, found: Entity[]): number {
    const length = runLength(text, at, char);
    const end = at + length;
    if (length > RUN_MAX || text.charAt(at - 1) === '\\') return end;

    const before = charBefore(text, at);
    const after = charAt(text, end);
    const canOpen = (mark: Mark) => isInk(after) && !mark.clingsTo(before);
    const canClose = (mark: Mark) => isInk(before) && !mark.clingsTo(after);

    let marks = MARKS[char.repeat(length)] ?? [];
    let position = at;
    for (;;) {
      const opener = this.close(marks, canClose);
      if (!opener) break;
      const { mark } = opener;
      position += mark.width;
      marks = marks.filter((other) => other !== mark);
      const offset = opener.at;
      found.push({ kind: mark.kind, offset, length: position - offset, marks: mark.width });
    }
    for (const mark of marks) {
      if (canOpen(mark)) this.push(mark, position);
      position += mark.width;
    }
    return end;
  }

  /** Nothing is open any more: the line ended. */
  forget(): void {
    this.open = [];
  }

  /** Takes out the innermost opener that one of `marks` closes, and drops what was opened inside of it. */
  private close(marks: readonly Mark[], canClose: (mark: Mark) => boolean): Opener | undefined {
    const index = this.open.findLastIndex(({ mark }) => marks.includes(mark) && canClose(mark));
    if (index < 0) return undefined;
    const opener = this.open[index];
    this.open.length = index;
    return opener;
  }

  /** The nearest opener counts: an earlier one of the same kind is a lone mark. */
  private push(mark: Mark, at: number): void {
    this.open = this.open.filter((opener) => opener.mark !== mark);
    this.open.push({ mark, at });
  }
}

function isInk(char: string): boolean {
  return char !== '' && !isSpace(char);
}
