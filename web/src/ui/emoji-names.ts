import { currentLocale } from '@/lib/i18n';
import { findTerms, hasTerms } from '@/lib/text/find';

/** What each emoji of the picker is called in one language: its name, and other words for it. */
export type EmojiNames = Readonly<Record<string, string>>;

const NAMES: Record<string, () => Promise<{ default: EmojiNames }>> = {
  en: () => import('./emoji-names/en.json'),
  de: () => import('./emoji-names/de.json'),
  ar: () => import('./emoji-names/ar.json'),
  ja: () => import('./emoji-names/ja.json'),
};

/** The names in the current language. Rejects when their chunk cannot be loaded; then nothing is found. */
export async function loadEmojiNames(): Promise<EmojiNames> {
  const load = NAMES[currentLocale()] ?? NAMES.en;
  return load ? (await load()).default : {};
}

/** The emoji that are called so, those first whose very name it is. */
export function findEmoji(names: EmojiNames, query: string, max: number): string[] {
  const terms = findTerms(query);
  if (terms.length === 0) return [];
  const found = Object.entries(names).filter(([, words]) => hasTerms(words, terms));
  const isCalled = ([, words]: [string, string]) => hasTerms(words.split(', ', 1)[0] ?? '', terms);
  return [...found.filter(isCalled), ...found.filter((each) => !isCalled(each))]
    .slice(0, max)
    .map(([emoji]) => emoji);
}

/** What one emoji is called. */
export function nameOfEmoji(names: EmojiNames, emoji: string): string {
  return names[emoji]?.split(', ', 1)[0] ?? emoji;
}
