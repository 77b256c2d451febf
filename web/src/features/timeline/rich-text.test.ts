import { describe, expect, test } from 'vitest';
import type { Entity } from '@/protocol';
import { isBigEmoji, openable, piecesOf, plainText } from './rich-text';

function entity(kind: Entity['kind'], offset: number, length: number, marks = 0): Entity {
  return { kind, offset, length, marks };
}

/** Pieces as one line: `[bold:…]`. */
function drawn(text: string, entities: Entity[]): string {
  const draw = (pieces: ReturnType<typeof piecesOf>): string =>
    pieces.map((p) => (p.kind === 'plain' ? p.text : `[${p.entity.kind}:${draw(p.inside)}]`)).join('');
  return draw(piecesOf(text, entities));
}

describe('pieces', () => {
  test('marks are hidden and entities nest', () => {
    expect(drawn('a **b _c_** d', [entity('bold', 2, 9, 2), entity('italic', 6, 3, 1)])).toBe(
      'a [bold:b [italic:c]] d',
    );
  });

  test('entities that overlap or leave the text are ignored', () => {
    expect(drawn('abcdef', [entity('bold', 0, 4), entity('italic', 2, 4), entity('code', 5, 9)])).toBe(
      '[bold:abcd]ef',
    );
  });

  test('offsets count UTF-16 units', () => {
    expect(drawn('🎉 **x**', [entity('bold', 3, 5, 2)])).toBe('🎉 [bold:x]');
  });

  test('plain text is without marks', () => {
    expect(plainText('see `x`', [entity('code', 4, 3, 1)])).toBe('see x');
  });
});

describe('links', () => {
  test.each(['https://example.org/a', 'mailto:ann@example.org'])('%s opens', (url) => {
    expect(openable(url)).toBe(url);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', 'example.org', ''])('%s does not', (url) => {
    expect(openable(url)).toBeUndefined();
  });
});

describe('big emoji', () => {
  test.each(['🎉', '👩‍👩‍👧‍👦 🇯🇵', '👍🏽👍🏽👍🏽', '❤️'])('%s', (text) => expect(isBigEmoji(text)).toBe(true));
  test.each(['🎉🎉🎉🎉', 'ok 👍', '12', ''])('not %s', (text) => expect(isBigEmoji(text)).toBe(false));
});
