import { expect, test } from 'vitest';
import type { Entity } from '@/protocol';
import { parseEntities } from './entities';
import { segments } from './segments';

const ANN = '00000000-0000-7000-8000-000000000001';

test('a text without entities is itself', () => {
  expect(segments('plain', [])).toEqual([{ kind: 'text', text: 'plain' }]);
  expect(segments('', [])).toEqual([]);
});

test('emphasis nests, and its marks are left out', () => {
  const text = 'a **b *c* @Ann** d';
  const entities = parseEntities(text, [{ offset: 10, length: 4, user_id: ANN }]);
  expect(segments(text, entities)).toEqual([
    { kind: 'text', text: 'a ' },
    {
      kind: 'bold',
      children: [
        { kind: 'text', text: 'b ' },
        { kind: 'italic', children: [{ kind: 'text', text: 'c' }] },
        { kind: 'text', text: ' ' },
        { kind: 'mention', text: '@Ann', userId: ANN },
      ],
    },
    { kind: 'text', text: ' d' },
  ]);
});

test('a code block loses its first line and its last line break', () => {
  const block = { kind: 'code_block', text: 'fn a() {}\n' };
  expect(drawn('```rust\nfn a() {}\n\n```')).toEqual([{ ...block, language: 'rust' }]);
  expect(drawn('```\nfn a() {}\n\n```')).toEqual([block]);
  expect(drawn('```js\r\n1\r\n```')).toEqual([{ kind: 'code_block', text: '1', language: 'js' }]);
  expect(drawn('```a b```')).toEqual([{ kind: 'code_block', text: 'a b' }]);
});

test('a link shows what was typed and leads where the server says', () => {
  expect(segments('www.X.de', parseEntities('www.X.de'))).toEqual([
    { kind: 'link', text: 'www.X.de', url: 'https://www.x.de' },
  ]);
});

test('what a server should never send is shown as text', () => {
  for (const entity of [
    { kind: 'link', offset: 0, length: 4, url: 'javascript:alert(1)' },
    { kind: 'link', offset: 0, length: 4 },
    { kind: 'mention', offset: 0, length: 4 },
    { kind: 'spoiler', offset: 0, length: 4 },
    { kind: 'bold', offset: 5, length: 9, marks: 2 },
    { kind: 'bold', offset: 0, length: 4, marks: 2 },
    { kind: 'code', offset: -3, length: 5, marks: 1 },
  ]) {
    expect(segments('some text', [entity as Entity])).toEqual([{ kind: 'text', text: 'some text' }]);
  }
});

test('an entity that does not fit into the one around it is left out', () => {
  const entities: Entity[] = [
    { kind: 'bold', offset: 0, length: 6, marks: 2 },
    { kind: 'code', offset: 3, length: 5, marks: 1 },
  ];
  expect(segments('**ab**`c`', entities)).toEqual([
    { kind: 'bold', children: [{ kind: 'text', text: 'ab' }] },
    { kind: 'text', text: '`c`' },
  ]);
});

function drawn(text: string) {
  return segments(text, parseEntities(text));
}
