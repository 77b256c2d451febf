import { i18n, type Messages } from '@lingui/core';
import { useSyncExternalStore } from 'react';
import { messages as english } from './en.po';

/** A language that the client speaks. English is in the boot chunk; the others are loaded when chosen. */
export type Locale = 'en';

const catalogues: Record<Locale, () => Promise<Messages>> = {
  en: async () => english,
};

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

/** The BCP 47 tag by which numbers and dates are written. */
export function currentLocale(): string {
  return i18n.locale;
}

/** Loads a language and makes it the current one, with the direction of its script. */
export async function activate(locale: Locale): Promise<void> {
  const messages = await catalogues[locale]();
  i18n.loadAndActivate({ locale, messages });
  document.documentElement.lang = locale;
  document.documentElement.dir = RIGHT_TO_LEFT.has(locale) ? 'rtl' : 'ltr';
}

const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur']);

function onChange(notify: () => void): () => void {
  return i18n.on('change', notify);
}
