import { regionalLocale } from './index';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A number of bytes as people say it: “60 bytes”, “340 kB”, “4.1 MB”. */
export function fileSize(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(regionalLocale(), {
    style: 'unit',
    unit: UNITS[power] ?? 'byte',
    // The short form of bytes knows no plural.
    unitDisplay: power > 0 ? 'short' : 'long',
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1000 ** power);
}
