import { regionalLocale } from './index';

/** A number with the digits and signs of this place. */
export function number(value: number): string {
  return new Intl.NumberFormat(regionalLocale()).format(value);
}

/** A share of one as people say it: 0.85 is “85%”, “85 %” or “٨٥٪”. */
export function percent(value: number): string {
  return new Intl.NumberFormat(regionalLocale(), { style: 'percent' }).format(value);
}
