import { type Entity, type EntityKind, LIMITS, type Mention } from '@/protocol';
import { isAsciiWord, isBoundary, runLength } from './characters';
import { Emphasis } from './emphasis';
import { Links } from './links';

/** The longest name of a language that a code block's first line can give. */
const LANGUAGE_CHARS_MAX = 32;

/** Of entities with the same span, in this order. */
const KINDS: readonly EntityKind[] = ['bold', 'italic', 'strike', 'code', 'code_block', 'link', 'mention'];

/**
 * Finds formatting, links and mentions in `text` as the server does: the grammar is written down in `docs/text.md` and
 * held together with the server's by shared test vectors. For what the server has answered, take its `entities`.
 */
export function parseEntities(text: string, mentions: readonly Mention[] = []): Entity[] {
  const scanner = new Scanner(text, mentions);
  let at = 0;
  while (at < text.length) at = scanner.step(at);
  return limited(scanner.found);
}

/** Where the code of a block is in its source, which begins and ends with three backticks. */
export function codeBlockBody(source: string): { language?: string; from: number; to: number } {
  const close = source.length - 3;
  const language = /^[0-9A-Za-z_+#.-]*/.exec(source.slice(3, 3 + LANGUAGE_CHARS_MAX))?.[0] ?? '';
  const lineBreak = /^(?:\r\n|\r|\n)/.exec(source.slice(3 + language.length, close))?.[0];
  const from = lineBreak ? 3 + language.length + lineBreak.length : 3;
  const lastBreak = /(?:\r\n|\r|\n)$/.exec(source.slice(Math.max(from, close - 2), close))?.[0] ?? '';
  const to = close - lastBreak.length;
  return lineBreak && language ? { language, from, to } : { from, to };
}

/** Those mentions that lie in the text, in order, without overlap, splitting no character. */
function properMentions(text: string, mentions: readonly Mention[]): Mention[] {
  let end = 0;
  const proper = mentions.filter(({ offset, length }) => {
    const to = offset + length;
    const isProper = offset >= end && length > 0 && isBoundary(text, offset) && isBoundary(text, to);
    if (isProper) end = to;
    return isProper;
  });
  return proper.slice(0, LIMITS.MENTIONS_MAX);
}

/** In order, at most as many as the server keeps, the mentions among them always. */
function limited(found: Entity[]): Entity[] {
  const sorted = found.toSorted(
    (a, b) => a.offset - b.offset || b.length - a.length || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind),
  );
  let room = LIMITS.ENTITIES_MAX - sorted.filter(({ kind }) => kind === 'mention').length;
  return sorted.filter(({ kind }) => {
    if (kind === 'mention') return true;
    room -= 1;
    return room >= 0;
  });
}

/**
 * Reads a text once, from left to right. What it recognizes as a whole (a mention, code, a link) it steps over, so
 * nothing is found inside of it.
 */
class Scanner {
  readonly found: Entity[] = [];
  private readonly text: string;
  private readonly mentions: readonly Mention[];
  /** The first of `mentions` that has not been passed. */
  private mention = 0;
  private readonly emphasis = new Emphasis();
  private readonly links = new Links();

  constructor(text: string, mentions: readonly Mention[]) {
    this.text = text;
    this.mentions = properMentions(text, mentions);
  }

  /** Reads what begins at `at`. Returns where it ends. */
  step(at: number): number {
    const mentionEnd = this.mentionAt(at);
    if (mentionEnd !== undefined) return mentionEnd;
    const char = this.text.charAt(at);
    switch (char) {
      case '\n':
      case '\r':
        this.emphasis.forget();
        return at + 1;
      case '`':
        return this.backticks(at);
      case '*':
      case '_':
      case '~':
        return this.emphasis.read(this.text, at, char, this.found);
      default:
        return (isAsciiWord(char) && this.link(at)) || at + 1;
    }
  }

  private mentionAt(at: number): number | undefined {
    while (this.nextMention() < at) this.mention += 1;
    const mention = this.mentions[this.mention];
    if (mention?.offset !== at) return undefined;
    this.mention += 1;
    const { offset, length, user_id } = mention;
    this.found.push({ kind: 'mention', offset, length, user_id });
    return offset + length;
  }

  /** Where the next mention begins; the end of the text when there is none. */
  private nextMention(): number {
    return this.mentions[this.mention]?.offset ?? this.text.length;
  }

  private link(at: number): number | undefined {
    const link = this.links.read(this.text, at, this.nextMention());
    if (!link) return undefined;
    this.found.push({ kind: 'link', offset: at, length: link.end - at, url: link.url });
    return link.end;
  }

  private backticks(at: number): number {
    const run = runLength(this.text, at, '`');
    const isText = this.text.charAt(at - 1) === '\\';
    if (run === 1 && !isText) return this.code(at) ?? at + run;
    if (run === 3 && !isText) return this.codeBlock(at) ?? at + run;
    return at + run;
  }

  private code(at: number): number | undefined {
    const close = this.closingBackticks(at + 1, 1);
    if (close === undefined) return undefined;
    this.found.push({ kind: 'code', offset: at, length: close + 1 - at, marks: 1 });
    return close + 1;
  }

  private codeBlock(at: number): number | undefined {
    const close = this.closingBackticks(at + 3, 3);
    if (close === undefined) return undefined;
    const end = close + 3;
    const { language, from, to } = codeBlockBody(this.text.slice(at, end));
    if (to <= from) return undefined;
    this.emphasis.forget();
    const block: Entity = { kind: 'code_block', offset: at, length: end - at, marks: 3 };
    this.found.push(language ? { ...block, language } : block);
    return end;
  }

  /** Where the next run of exactly `length` backticks begins; a single one must be on the same line. */
  private closingBackticks(from: number, length: number): number | undefined {
    let at = from;
    while (at < this.text.length) {
      const char = this.text.charAt(at);
      if (char === '`') {
        const run = runLength(this.text, at, '`');
        if (run === length) return at;
        at += run;
      } else if (length === 1 && (char === '\n' || char === '\r')) {
        return undefined;
      } else {
        at += 1;
      }
    }
    return undefined;
  }
}
