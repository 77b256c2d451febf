import { i18n, type Messages } from '@lingui/core';
import { useSyncExternalStore } from 'react';
import { messages as english } from './en.po';
import { isLocale, LOCALES, type Locale } from './locales';

type Catalogue = { messages: Messages };

/**
 * English is in the boot chunk, and what shows while another language is on its way; each of the others is two chunks.
 * A language has two catalogues: what is said from the first paint on, and in `later` what only parts say that are loaded
 * when they are needed.
 */
const catalogues: Record<Locale, () => Promise<Messages>> = {
  en: async () => english,
  de: () => whole(import('./de.po'), import('./later/de.po')),
  ar: () => whole(import('./ar.po'), import('./later/ar.po')),
  ja: () => whole(import('./ja.po'), import('./later/ja.po')),
};

let laterEnglish: Promise<void> | undefined;

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['ar']);

/** The language asked for last: an earlier one that arrives later is not shown. */
let wanted: Locale = 'en';

i18n.loadAndActivate({ locale: 'en', messages: english });

/** Values that a sentence names: `{count}`, `{name}`. */
export type Values = Record<string, string | number>;

/**
 * The sentence with this id in the current language. Components call it through {@link useT}, so that they are drawn
 * anew when the language changes; code outside React calls it directly.
 */
export function t(id: string, values?: Values): string {
  return i18n._(id, values);
}

/** {@link t}, bound to the component: it renders again when the language changes. */
export function useT(): typeof t {
  useSyncExternalStore(onChange, currentLocale);
  return t;
}

/** The language in which the client speaks now. */
export function currentLocale(): string {
  return i18n.locale;
}

/**
 * The BCP 47 tag by which numbers, dates and lists are written: the current language as the browser's owner has it, who
 * knows 14:25 from 2:25 pm and one kind of digits from another.
 */
export function regionalLocale(): string {
  const locale = currentLocale();
  return browserLanguages().find((tag) => languageOf(tag) === languageOf(locale)) ?? locale;
}

/**
 * Loads a language and makes it the current one, with the direction of its script. Rejects when its chunk cannot be
 * loaded; the current language stays.
 */
export async function activate(locale: Locale): Promise<void> {
  wanted = locale;
  const messages = await catalogues[locale]();
  if (wanted !== locale) return;
  // The tag with the region makes `#` in plurals one kind of digits with the dates beside it.
  const regional = browserLanguages().find((tag) => languageOf(tag) === locale) ?? locale;
  i18n.load(locale, { ...english, ...messages });
  i18n.activate(locale, [regional]);
  declareLanguage();
}

/**
 * What parts that are loaded later say, in English; other languages come whole. Rejects when the chunk cannot be loaded,
 * and then tries again when it is next asked for.
 */
export function loadLaterWords(): Promise<void> {
  laterEnglish ??= import('./later/en.po').then(
    ({ messages }) => i18n.load('en', messages),
    (error: unknown) => {
      laterEnglish = undefined;
      throw error;
    },
  );
  return laterEnglish;
}

/** Tells the document which language is spoken in it, and in which direction that is written. */
export function declareLanguage(): void {
  const locale = currentLocale();
  document.documentElement.lang = locale;
  document.documentElement.dir = RIGHT_TO_LEFT.has(locale) ? 'rtl' : 'ltr';
}

/** The language to speak: the one chosen, else the first of the browser's that is spoken here, else English. */
export function preferredLocale(chosen: string | null | undefined, browser = browserLanguages()): Locale {
  if (chosen && isLocale(chosen)) return chosen;
  return browser.map(languageOf).find(isLocale) ?? LOCALES[0];
}

async function whole(...parts: Promise<Catalogue>[]): Promise<Messages> {
  const loaded = await Promise.all(parts);
  return Object.assign({}, ...loaded.map(({ messages }) => messages)) as Messages;
}

function browserLanguages(): readonly string[] {
  return globalThis.navigator?.languages ?? [];
}

/** The language of a tag: `de` of `de-AT`. */
function languageOf(tag: string): string {
  return tag.split('-', 1)[0]?.toLowerCase() ?? tag;
}

function onChange(notify: () => void): () => void {
  return i18n.on('change', notify);
}
