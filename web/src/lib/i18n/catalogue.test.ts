import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { messages } from './en.po';
import { t } from './index';

const src = fileURLToPath(new URL('../..', import.meta.url));

/** Everything in the sources that is written like an id, and the beginnings of those that are put together. */
const written = readdirSync(src, { recursive: true })
  .map(String)
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.') && !name.includes('protocol'))
  .map((name) => readFileSync(`${src}/${name}`, 'utf8'))
  .join('\n');
const whole = new Set([...written.matchAll(/'([a-zA-Z]+(?:\.[a-zA-Z_0-9]+)+)'/g)].map(([, id]) => id));
const beginnings = [...written.matchAll(/`([a-zA-Z]+\.[a-zA-Z.]*)\$\{/g)].map(([, start = '']) => start);

test('every sentence of the catalogue is used', () => {
  const unused = Object.keys(messages).filter(
    (id) => !whole.has(id) && !beginnings.some((start) => id.startsWith(start)),
  );
  expect(unused).toEqual([]);
});

test('every id that is asked for is in the catalogue', () => {
  const asked = [...written.matchAll(/\b(?:t|translate)\(\s*'([^']+)'/g)].map(([, id = '']) => id);
  expect(asked.filter((id) => !(id in messages))).toEqual([]);
});

test('plurals are said in words', () => {
  expect(t('list.unread', { count: 1 })).toBe('1 unread');
  expect(t('thread.members', { names: 'Ann' })).toBe('Ann and you');
  expect(t('new.chosen', { count: 0 })).toBe('Nobody chosen');
});
