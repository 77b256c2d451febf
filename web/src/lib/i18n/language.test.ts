import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { activate, currentLocale, preferredLocale, t } from './index';
import { readLanguage, setLanguage } from './language';
import { list, series } from './lists';
import { number, percent } from './numbers';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal('document', { documentElement: { lang: '', dir: '' } });
  browserSpeaks('en-GB');
});

afterEach(async () => {
  await activate('en');
  vi.unstubAllGlobals();
});

function browserSpeaks(...languages: string[]): void {
  vi.stubGlobal('navigator', { languages, language: languages[0] });
}

test('what is chosen comes before what the browser speaks, and that before English', () => {
  expect(preferredLocale('ja', ['de-AT'])).toBe('ja');
  expect(preferredLocale(null, ['fr-FR', 'de-AT', 'en'])).toBe('de');
  expect(preferredLocale('tlh', ['fr'])).toBe('en');
});

test('a language chosen is spoken, written in its direction and kept', async () => {
  await setLanguage('ar');
  expect(currentLocale()).toBe('ar');
  expect(document.documentElement).toEqual({ lang: 'ar', dir: 'rtl' });
  expect(readLanguage()).toBe('ar');
  expect(t('composer.send')).toBe('إرسال');
});

test('choosing none goes back to the language of the browser', async () => {
  browserSpeaks('de-CH', 'en');
  await setLanguage('ja');
  await setLanguage(null);
  expect(readLanguage()).toBeUndefined();
  expect(t('action.back')).toBe('Zurück');
  expect(document.documentElement.dir).toBe('ltr');
});

test('of two languages chosen in haste the last is spoken', async () => {
  await Promise.all([activate('de'), activate('ja')]);
  expect(currentLocale()).toBe('ja');
});

test('Arabic has its six forms of a number', async () => {
  await activate('ar');
  const forms = [0, 1, 2, 3, 11, 100].map((count) => t('message.photos', { count }));
  expect(forms).toEqual(['لا صور', 'صورة واحدة', 'صورتان', '3 صور', '11 صورة', '100 صورة']);
});

test('digits, lists and shares are those of the place', async () => {
  expect(list(['Ann', 'Bo', 'Cy'])).toBe('Ann, Bo and Cy');
  expect(series(['Ann', '', 'Bo'])).toBe('Ann, Bo');
  browserSpeaks('ar-EG');
  await activate('ar');
  expect(number(1205)).toBe('١٬٢٠٥');
  expect(t('message.photos', { count: 12 })).toBe('١٢ صورة');
  expect(series(['Ann', 'Bo'])).toBe('Ann، Bo');
  browserSpeaks('de');
  await activate('de');
  expect(percent(0.85)).toBe('85\u00A0%');
  expect(list(['Ann', 'Bo', 'Cy'])).toBe('Ann, Bo und Cy');
});

test('the reader is told of their own deeds in the second person', async () => {
  await activate('de');
  const notice = { actor: 'Du', names: list(['Kim']), title: '' };
  expect(t('system.joined', { ...notice, by: 'you' })).toBe('Du hast Kim hinzugefügt');
  expect(t('system.joined', { ...notice, actor: 'Kim', names: t('system.you'), by: 'other' })).toBe(
    'Kim hat dich hinzugefügt',
  );
});
