import type { Entity } from '@/protocol';

/** A piece of a message's text: plain characters, or an entity with what is inside it. */
export type Piece =
  | { kind: 'plain'; text: string }
  | { kind: 'entity'; entity: Entity; text: string; inside: Piece[] };

/**
 * Cuts a text along its entities, which the server found: never a parser of our own, never HTML. The marks of an entity
 * (`**`) are left out. Entities that overlap without nesting, or point outside the text, are ignored: what arrives is
 * shown, at worst plainly.
 */
export function piecesOf(text: string, entities: readonly Entity[]): Piece[] {
  const ordered = entities
    .filter(({ offset, length }) => offset >= 0 && length > 0 && offset + length <= text.length)
    .toSorted((a, b) => a.offset - b.offset || b.length - a.length);
  return cut(text, ordered, 0, text.length);
}

function cut(text: string, entities: readonly Entity[], from: number, to: number): Piece[] {
  const pieces: Piece[] = [];
  let at = from;
  entities.forEach((entity, index) => {
    const end = entity.offset + entity.length;
    if (entity.offset < at || end > to) return;
    if (entity.offset > at) pieces.push({ kind: 'plain', text: text.slice(at, entity.offset) });
    const marks = entity.marks ?? 0;
    const [innerFrom, innerTo] = [entity.offset + marks, end - marks];
    pieces.push({
      kind: 'entity',
      entity,
      text: text.slice(innerFrom, innerTo),
      inside: cut(text, entities.slice(index + 1), innerFrom, innerTo),
    });
    at = end;
  });
  if (at < to) pieces.push({ kind: 'plain', text: text.slice(at, to) });
  return pieces;
}

/** The text as it is read aloud, previewed and copied: without its marks. */
export function plainText(text: string, entities: readonly Entity[]): string {
  return piecesOf(text, entities).map(wordsOf).join('');
}

function wordsOf(piece: Piece): string {
  return piece.kind === 'plain' ? piece.text : piece.inside.map(wordsOf).join('');
}

const OPENABLE = new Set(['http:', 'https:', 'mailto:']);

/** The address that a link entity may open, or nothing when it is of a kind that could run code. */
export function openable(url: string | undefined): string | undefined {
  if (!url) return undefined;
  try {
    const parsed = new URL(url);
    return OPENABLE.has(parsed.protocol) ? parsed.href : undefined;
  } catch {
    return undefined;
  }
}

/** More than this many are a sentence, not a picture. */
const BIG_EMOJI_MAX = 3;
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3)/u;
const segmenter = new Intl.Segmenter();

/** Whether a text is one to three emoji and nothing else, which are shown large and without a bubble. */
export function isBigEmoji(text: string): boolean {
  const trimmed = text.trim();
  // The longest emoji are families of four with skin tones: 41 UTF-16 units.
  if (trimmed.length === 0 || trimmed.length > BIG_EMOJI_MAX * 41) return false;
  const segments = [...segmenter.segment(trimmed)]
    .map(({ segment }) => segment)
    .filter((segment) => segment.trim());
  return segments.length <= BIG_EMOJI_MAX && segments.every((segment) => EMOJI.test(segment));
}
