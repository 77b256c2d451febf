import { perLocale } from './formatters';
import { regionalLocale } from './index';

const plain = perLocale((locale) => new Intl.NumberFormat(locale));
const share = perLocale((locale) => new Intl.NumberFormat(locale, { style: 'percent' }));

/** A number with the digits and signs of this place. */
export function number(value: number): string {
  return plain(regionalLocale()).format(value);
}

/** A share of one as people say it: 0.85 is “85%”, “85 %” or “٨٥٪”. */
export function percent(value: number): string {
  return share(regionalLocale()).format(value);
}
