/** A day of the Gregorian calendar where the reader is: its noon, so that neither summer time nor a leap second moves it. */
export type Noon = number;

/** The day in which a moment lies. */
export function noonOf(at: number): Noon {
  return new Date(at).setHours(12, 0, 0, 0);
}

/** The moment at which a day begins. */
export function startOf(day: Noon): number {
  return new Date(day).setHours(0, 0, 0, 0);
}

export function addDays(day: Noon, count: number): Noon {
  const date = new Date(day);
  return date.setDate(date.getDate() + count);
}

/** The same day of another month, or its last where it is shorter. */
export function addMonths(day: Noon, count: number): Noon {
  const date = new Date(day);
  const wanted = date.getDate();
  date.setDate(1);
  date.setMonth(date.getMonth() + count);
  const last = new Date(date.getFullYear(), date.getMonth() + 1, 0).getDate();
  return date.setDate(Math.min(wanted, last));
}

/** The weeks of the month in which a day lies, whole, from `firstDay` on: 0 is Sunday. */
export function weeksOf(day: Noon, firstDay: number): Noon[][] {
  const date = new Date(day);
  const first = new Date(date.getFullYear(), date.getMonth(), 1, 12).getTime();
  const end = addMonths(first, 1);
  const weeks: Noon[][] = [];
  for (let week = startOfWeek(first, firstDay); week < end; week = addDays(week, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, index) => addDays(week, index)));
  }
  return weeks;
}

export function isSameMonth(a: Noon, b: Noon): boolean {
  const [one, other] = [new Date(a), new Date(b)];
  return one.getMonth() === other.getMonth() && one.getFullYear() === other.getFullYear();
}

/** Where a key leads from a day, as in any calendar: nothing when it is not one of those that move. */
export function dayFor(
  { key, shiftKey }: { key: string; shiftKey: boolean },
  day: Noon,
  { firstDay, isMirrored }: { firstDay: number; isMirrored: boolean },
): Noon | undefined {
  const forward = isMirrored ? -1 : 1;
  switch (key) {
    case 'ArrowRight':
      return addDays(day, forward);
    case 'ArrowLeft':
      return addDays(day, -forward);
    case 'ArrowDown':
      return addDays(day, 7);
    case 'ArrowUp':
      return addDays(day, -7);
    case 'Home':
      return startOfWeek(day, firstDay);
    case 'End':
      return addDays(startOfWeek(day, firstDay), 6);
    case 'PageDown':
      return addMonths(day, shiftKey ? 12 : 1);
    case 'PageUp':
      return addMonths(day, shiftKey ? -12 : -1);
    default:
      return undefined;
  }
}

function startOfWeek(day: Noon, firstDay: number): Noon {
  return addDays(day, -((new Date(day).getDay() - firstDay + 7) % 7));
}
