import { type FindTerm, termRanges } from '@/lib/text/find';
import styles from './Hit.module.css';

/** Characters before the first mark that are shown; what is farther away is left out. */
const LEAD = 24;

/** A text on one line with the terms marked, from a little before the first. */
export function Marked({ text, terms }: { text: string; terms: readonly FindTerm[] }) {
  const ranges = termRanges(text, terms);
  const start = startOf(text, ranges[0]?.from ?? 0);
  const pieces = ranges.map(({ from, to }, index) => ({
    from,
    between: text.slice(index === 0 ? start : (ranges[index - 1]?.to ?? 0), from),
    marked: text.slice(from, to),
  }));
  return (
    <>
      {start > 0 && '… '}
      {pieces.map(({ from, between, marked }) => (
        <span key={from}>
          {between}
          <mark className={styles.mark}>{marked}</mark>
        </span>
      ))}
      {text.slice(ranges.at(-1)?.to ?? start)}
    </>
  );
}

/** Begins at a word, so that no letter or emoji is cut in two. */
function startOf(text: string, first: number): number {
  if (first <= LEAD) return 0;
  const space = text.indexOf(' ', first - LEAD);
  return space < 0 || space >= first ? first : space + 1;
}
