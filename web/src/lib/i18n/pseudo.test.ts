import { setupI18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { messages as atOnce } from './en.po';
import { messages as later } from './later/en.po';
import { PSEUDO, pseudo } from './pseudo';

const english = { ...atOnce, ...later };
const i18n = setupI18n({ locale: PSEUDO, messages: { [PSEUDO]: pseudo(english) } });

test('every sentence is bracketed once, around all of its forms', () => {
  for (const id of Object.keys(english).filter((key) => /\p{L}/u.test(JSON.stringify(english[key])))) {
    for (const count of [0, 1, 2]) {
      const said = i18n._(id, { count, seconds: count, name: '' });
      expect(said).toMatch(/^⟦[^⟦⟧]*⟧$/u);
    }
  }
});

test('no plain letter is left but in what is named', () => {
  expect(i18n._('list.unread', { count: 3 })).toBe('⟦3 ûñŕéåđẋẋẋ⟧');
  expect(i18n._('details.block', { name: 'Kim' })).toBe('⟦Ɓļöçķ ẋẋKim⟧');
});

test('a sentence is forty per cent longer', () => {
  expect(i18n._('settings.passwordChanged').length).toBeGreaterThanOrEqual(
    Math.floor(String(english['settings.passwordChanged']).length * 1.3),
  );
});
