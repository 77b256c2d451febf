import { regionalLocale, t } from './index';

/** Formatters cost a millisecond to make and nothing to use, so each is made once per language. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(at: number, options: Intl.DateTimeFormatOptions): string {
  const locale = regionalLocale();
  const key = `${locale}${JSON.stringify(options)}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale, options);
    formatters.set(key, formatter);
  }
  return formatter.format(at);
}

/** The hour and minute, as this place writes them. */
export function timeOfDay(at: number): string {
  return format(at, { hour: '2-digit', minute: '2-digit' });
}

/** Date and time in full, for a title or an information sheet. */
export function dateAndTime(at: number): string {
  return format(at, { dateStyle: 'medium', timeStyle: 'short' });
}

/** The local calendar day, as a key that sorts: 2026-05-09. */
export function dayKey(at: number): string {
  const date = new Date(at);
  const month = String(date.getMonth() + 1).padStart(2, '0');
  return `${date.getFullYear()}-${month}-${String(date.getDate()).padStart(2, '0')}`;
}

/** A month of a calendar: November 2026. Months are Gregorian, whatever calendar a region goes by. */
export function monthName(at: number): string {
  return format(at, { month: 'long', year: 'numeric', calendar: 'gregory' });
}

/** The number of a day in its month. */
export function dayNumber(at: number): string {
  return format(at, { day: 'numeric', calendar: 'gregory' }).replace(/[^\p{N}]/gu, '');
}

/** A day in full: Monday, 23 November 2026. */
export function fullDay(at: number): string {
  return format(at, { dateStyle: 'full', calendar: 'gregory' });
}

export function weekdayName(at: number, length: 'long' | 'narrow'): string {
  return format(at, { weekday: length });
}

/** The day with which weeks begin here; 0 is Sunday. */
export function firstDayOfWeek(): number {
  const locale: WeekLocale = new Intl.Locale(regionalLocale());
  const info = locale.getWeekInfo?.() ?? locale.weekInfo;
  return (info?.firstDay ?? FIRST_DAYS[locale.baseName] ?? FIRST_DAYS[locale.language] ?? MONDAY) % 7;
}

/** Browsers tell it in one of two ways, or not at all. */
type WeekLocale = Intl.Locale & {
  getWeekInfo?: () => { firstDay: number };
  weekInfo?: { firstDay: number };
};

const MONDAY = 1;

/** Where the browser does not tell. */
const FIRST_DAYS: Readonly<Record<string, number>> = { ar: 6, ja: 0, 'en-US': 0, 'en-CA': 0 };

/** What a day line says: Today, Yesterday, a weekday within the last week, else the date. */
export function dayName(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days === 0) return t('date.today');
  if (days === 1) return t('date.yesterday');
  if (days > 1 && days < 7) return format(at, { weekday: 'long' });
  return new Date(at).getFullYear() === new Date(now).getFullYear()
    ? format(at, { weekday: 'short', day: 'numeric', month: 'long' })
    : format(at, { day: 'numeric', month: 'long', year: 'numeric' });
}

/** When something last happened, short enough for a list row: 14:25, Yesterday, Tue, 9 May, 09/05/2024. */
export function shortWhen(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days <= 0) return timeOfDay(at);
  if (days === 1) return t('date.yesterday');
  if (days < 7) return format(at, { weekday: 'short' });
  return new Date(at).getFullYear() === new Date(now).getFullYear()
    ? format(at, { day: 'numeric', month: 'short' })
    : format(at, { day: '2-digit', month: '2-digit', year: 'numeric' });
}

/** Since when someone is away, in words: “active 5 minutes ago”. */
export function lastActive(at: number, now: number): string {
  const minutes = Math.max(0, Math.round((now - at) / 60_000));
  if (minutes < 1) return t('presence.justNow');
  if (minutes < 60) return t('presence.minutesAgo', { count: minutes });
  if (minutes < 24 * 60) return t('presence.hoursAgo', { count: Math.round(minutes / 60) });
  return t('presence.daysAgo', { count: Math.round(minutes / (24 * 60)) });
}

/** Whole calendar days from `at` to `now` in local time; summer time makes days of 23 and 25 hours, hence the rounding. */
function daysBetween(at: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
