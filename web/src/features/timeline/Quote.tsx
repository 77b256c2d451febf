import { useT } from '@/lib/i18n';
import { classes } from '@/ui/classes';
import type { ShownQuote } from './model';
import styles from './Quote.module.css';

/** What a message answers: a button that jumps there. */
export function Quote({ quote, own }: { quote: ShownQuote; own: boolean }) {
  const t = useT();
  const text = quote.gone ? t('message.quoteGone') : quote.text;
  return (
    <button
      type="button"
      tabIndex={-1}
      data-do="jump"
      data-seq={quote.seq}
      disabled={quote.gone}
      className={classes(styles.quote, own && styles.own)}
      aria-label={t('message.jumpToQuote', { name: quote.author, text })}
    >
      {quote.thumb && <img src={quote.thumb} alt="" className={styles.thumb} />}
      <span className={styles.lines}>
        <bdi className={styles.author}>{quote.author}</bdi>{' '}
        <span className={styles.text} dir="auto">
          {text}
        </span>
      </span>
    </button>
  );
}
