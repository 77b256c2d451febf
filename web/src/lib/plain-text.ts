import type { Entity } from '@/protocol';
import { type Segment, segments } from './text/segments';

/** A message's text as it is read aloud, previewed and quoted: without the marks of its formatting. */
export function plainText(text: string, entities: readonly Entity[]): string {
  return segments(text, entities).map(wordsOf).join('');
}

/** The same on one line. */
export function oneLine(text: string, entities: readonly Entity[]): string {
  return plainText(text, entities).replaceAll(/\s+/gu, ' ').trim();
}

function wordsOf(segment: Segment): string {
  return 'children' in segment ? segment.children.map(wordsOf).join('') : segment.text;
}
