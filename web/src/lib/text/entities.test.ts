import { describe, expect, test } from 'vitest';
import { type Entity, LIMITS, type Mention } from '@/protocol';
import written from '../../../../crates/chat/tests/vectors/entities.json';
import random from '../../../../crates/chat/tests/vectors/entities-random.json';
import { parseEntities } from './entities';
import { type Segment, segments } from './segments';

type Case = { name?: string; text: string; mentions?: Mention[]; entities: Entity[] };

const WRITTEN = written as Case[];
const RANDOM = random as Case[];

describe('the grammar is the server’s', () => {
  test.each(WRITTEN)('$name', ({ text, mentions, entities }) => {
    expect(parseEntities(text, mentions)).toEqual(entities);
  });

  test('in random texts', () => {
    expect(RANDOM.length).toBe(500);
    for (const { text, mentions, entities } of RANDOM) {
      expect(parseEntities(text, mentions), JSON.stringify(text)).toEqual(entities);
    }
  });
});

test('every vector can be drawn, and loses nothing but marks', () => {
  for (const { text, entities } of [...WRITTEN, ...RANDOM]) {
    const shown = segments(text, entities).map(plain).join('');
    const blocks = entities.filter(({ kind }) => kind === 'code_block');
    const marks = entities.reduce((sum, entity) => sum + 2 * (entity.marks ?? 0), 0);
    if (blocks.length === 0) expect(shown.length).toBe(text.length - marks);
    else expect(shown.length).toBeLessThanOrEqual(text.length - marks);
  }
});

test('the longest texts of marks alone come to an end with few entities', () => {
  for (const pattern of ['*', '*a ', '*a*', '_a', '`a``', '```a', 'a@', 'http://a:b', 'https://x/)']) {
    const text = pattern.repeat(Math.floor(LIMITS.TEXT_UTF16_MAX / pattern.length));
    expect(parseEntities(text).length).toBeLessThanOrEqual(LIMITS.ENTITIES_MAX);
  }
});

test('half a surrogate pair, which only a broken client can type, does no harm', () => {
  expect(parseEntities('*\ud83d* \udc4d')).toEqual([{ kind: 'italic', offset: 0, length: 3, marks: 1 }]);
});

function plain(segment: Segment): string {
  return 'children' in segment ? segment.children.map(plain).join('') : segment.text;
}
