import { perLocale } from './formatters';
import { regionalLocale, t } from './index';

const conjunction = perLocale((locale) => new Intl.ListFormat(locale, { type: 'conjunction' }));

/** Names as a sentence joins them: “Ines, Jonas and Mei”. */
export function list(names: readonly string[]): string {
  return conjunction(regionalLocale()).format(names);
}

/** Things one after another, as a list that goes on: “Ines, Jonas”. What is empty or false is left out. */
export function series(parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter(Boolean).join(t('list.separator'));
}
