import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from 'react';
import { addMonths, dayFor, isSameMonth, type Noon, noonOf, weeksOf } from '@/lib/calendar';
import { useT } from '@/lib/i18n';
import { dayNumber, firstDayOfWeek, fullDay, monthName, weekdayName } from '@/lib/i18n/dates';
import styles from './Calendar.module.css';
import { classes } from './classes';
import { IconButton } from './IconButton';
import { IconChevronLeft, IconChevronRight } from './icons';

type Props = {
  /** The first and the last moment that can be chosen. */
  min: number;
  max: number;
  onPick: (day: Noon) => void;
};

/**
 * A month of days, of which one can be chosen. Arrows go from day to day and from week to week, Home and End to the ends of
 * the week, PageUp and PageDown from month to month, with Shift from year to year; Enter chooses.
 */
export function Calendar({ min, max, onPick }: Props) {
  const t = useT();
  const id = useId();
  const firstDay = firstDayOfWeek();
  const [first, last] = [noonOf(min), noonOf(max)];
  const [day, setDay] = useState(last);
  const grid = useRef<HTMLTableElement>(null);
  const isMoved = useRef(false);
  const go = (to: Noon) => setDay(Math.max(first, Math.min(last, to)));

  useLayoutEffect(() => {
    if (!isMoved.current) return;
    isMoved.current = false;
    grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [day]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const isMirrored = getComputedStyle(event.currentTarget).direction === 'rtl';
    const to = dayFor(event, day, { firstDay, isMirrored });
    if (to === undefined) return;
    event.preventDefault();
    isMoved.current = true;
    go(to);
  };
  const weeks = weeksOf(day, firstDay);
  return (
    <div className={styles.calendar}>
      <div className={styles.header}>
        <IconButton
          small
          label={t('calendar.previousMonth')}
          disabled={isSameMonth(day, first)}
          onClick={() => go(addMonths(day, -1))}
        >
          <IconChevronLeft className={styles.way} />
        </IconButton>
        <span id={id} className={styles.month} aria-live="polite">
          {monthName(day)}
        </span>
        <IconButton
          small
          label={t('calendar.nextMonth')}
          disabled={isSameMonth(day, last)}
          onClick={() => go(addMonths(day, 1))}
        >
          <IconChevronRight className={styles.way} />
        </IconButton>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- a grid is a table with keys */}
      <table ref={grid} role="grid" aria-labelledby={id} className={styles.grid} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {weeks[0]?.map((each) => (
              <th key={each} scope="col" abbr={weekdayName(each, 'long')}>
                {weekdayName(each, 'narrow')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((each) => (
                <td key={each}>
                  {isSameMonth(each, day) && (
                    <button
                      type="button"
                      tabIndex={each === day ? 0 : -1}
                      aria-label={fullDay(each)}
                      aria-current={each === last ? 'date' : undefined}
                      disabled={each < first || each > last}
                      className={classes(styles.day, each === last && styles.today)}
                      onClick={() => onPick(each)}
                    >
                      {dayNumber(each)}
                    </button>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
