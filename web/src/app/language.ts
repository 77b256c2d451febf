import { useEffect, useState } from 'react';
import { setLanguage, startLanguage } from '@/lib/i18n/language';

/** After this long without its language the client speaks English until it comes, rather than staying away. */
const PATIENCE_MS = 2_000;

/** Asked for at once: the client boots while the language is on its way. */
const started = Promise.race([
  startLanguage(),
  new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS)),
]);

/**
 * Speaks the language that this device keeps, and the one that the account keeps as soon as that is known: it holds on
 * all devices. False until the first is spoken, so that nothing is seen in another.
 */
export function useLanguage(language: string | null | undefined): boolean {
  const [isSpoken, setSpoken] = useState(false);
  useEffect(() => void started.then(() => setSpoken(true)), []);
  useEffect(() => {
    if (language !== undefined) void setLanguage(language);
  }, [language]);
  return isSpoken;
}
