/** The languages that the client speaks, as BCP 47 tags; the first is spoken to those who prefer none of them. */
export const LOCALES = ['en', 'de', 'ar', 'ja'] as const;

export type Locale = (typeof LOCALES)[number];

/** What each language is called by those who speak it: in a list of languages one looks for one's own. */
export const LANGUAGE_NAMES: Record<Locale, string> = {
  en: 'English',
  de: 'Deutsch',
  ar: 'العربية',
  ja: '日本語',
};

export function isLocale(tag: string): tag is Locale {
  return (LOCALES as readonly string[]).includes(tag);
}
