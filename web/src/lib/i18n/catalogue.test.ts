import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Messages } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages as arabic } from './ar.po';
import { messages as german } from './de.po';
import { messages as englishAtOnce } from './en.po';
import { loadLaterWords, t } from './index';
import { messages as japanese } from './ja.po';
import { messages as arabicLater } from './later/ar.po';
import { messages as germanLater } from './later/de.po';
import { messages as englishLater } from './later/en.po';
import { messages as japaneseLater } from './later/ja.po';
import { LOCALES, type Locale } from './locales';

const english = { ...englishAtOnce, ...englishLater };
const CATALOGUES: Record<Locale, Messages> = {
  en: english,
  de: { ...german, ...germanLater },
  ar: { ...arabic, ...arabicLater },
  ja: { ...japanese, ...japaneseLater },
};

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
  const unused = Object.keys(english).filter(
    (id) => !whole.has(id) && !beginnings.some((start) => id.startsWith(start)),
  );
  expect(unused).toEqual([]);
});

test('every id that is asked for is in the catalogue', () => {
  const asked = [...written.matchAll(/\b(?:t|translate)\(\s*'([^']+)'/g)].map(([, id = '']) => id);
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter((id) => !(id in english))).toEqual([]);
});

test.each(LOCALES)('%s says every sentence, and no other', (locale) => {
  expect(Object.keys(CATALOGUES[locale]).toSorted()).toEqual(Object.keys(english).toSorted());
  expect(Object.entries(CATALOGUES[locale]).filter(([, sentence]) => sentence.length === 0)).toEqual([]);
});

test.each(LOCALES)('%s names in each sentence what English names', (locale) => {
  const differing = Object.entries(english)
    .map(([id, sentence]) => ({ id, en: namesIn(sentence), there: namesIn(CATALOGUES[locale][id] ?? '') }))
    .filter(({ en, there }) => en.join() !== there.join());
  expect(differing).toEqual([]);
});

test.each(LOCALES)('%s has a form for every number that it tells apart', (locale) => {
  const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted();
  const plurals = Object.entries(CATALOGUES[locale]).flatMap(([id, sentence]) =>
    pluralsIn(sentence).map((forms) => ({ id, forms })),
  );
  expect(plurals.length).toBeGreaterThan(10);
  for (const { id, forms } of plurals) {
    expect({ id, forms: forms.filter((form) => !/^\d/.test(form)).toSorted() }).toEqual({
      id,
      forms: wanted,
    });
  }
});

test('where English counts, every language has plural forms', () => {
  const counting = Object.entries(english).filter(([, sentence]) => pluralsIn(sentence).length > 0);
  for (const locale of LOCALES) {
    const uncounted = counting.filter(([id]) => pluralsIn(CATALOGUES[locale][id] ?? '').length === 0);
    expect({ locale, uncounted }).toEqual({ locale, uncounted: [] });
  }
});

test('no sentence is in both catalogues', () => {
  expect(Object.keys(englishLater).filter((id) => id in englishAtOnce)).toEqual([]);
});

test('plurals are said in words', async () => {
  await loadLaterWords();
  expect(t('list.unread', { count: 1 })).toBe('1 unread');
  expect(t('thread.members', { names: 'Ann' })).toBe('Ann and you');
  expect(t('new.chosen', { count: 0 })).toBe('Nobody chosen');
});

/** A compiled sentence: words, and places like `['count', 'plural', { one: […], other: […] }]`. */
type Sentence = Messages[string];
type Place = [name: string, kind?: string, forms?: Record<string, Sentence>];

function placesIn(sentence: Sentence): Place[] {
  if (typeof sentence === 'string') return [];
  const places = sentence.filter((part) => Array.isArray(part)) as Place[];
  return places.flatMap((place) => {
    const forms = typeof place[2] === 'object' ? Object.entries(place[2]) : [];
    return [place, ...forms.flatMap(([name, form]) => (name === 'offset' ? [] : placesIn(form)))];
  });
}

/** What a sentence names. A selector only chooses words, and a language may not need the choice. */
function namesIn(sentence: Sentence): string[] {
  const names = placesIn(sentence)
    .filter(([, kind]) => kind !== 'select')
    .map(([name]) => name);
  return [...new Set(names)].filter((name) => name !== '#').toSorted();
}

function pluralsIn(sentence: Sentence): string[][] {
  return placesIn(sentence)
    .filter(([, kind]) => kind === 'plural')
    .map(([, , forms = {}]) => Object.keys(forms).filter((name) => name !== 'offset'));
}
