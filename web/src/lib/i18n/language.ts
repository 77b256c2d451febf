import { activate, declareLanguage, preferredLocale } from './index';
import { isLocale, type Locale } from './locales';

/** Where the device keeps the language chosen, for the time before it is known whose account this is. */
const KEY = 'kith.language';

/** The language chosen on this device; nothing when it is the browser's, or when storage is refused. */
export function readLanguage(): Locale | undefined {
  try {
    const kept = localStorage.getItem(KEY) ?? '';
    return isLocale(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Speaks the language chosen, or the browser's when none is, and keeps the choice for the next start. One that cannot
 * be loaded now is spoken at the next start; until then the current one stays.
 */
export async function setLanguage(chosen: string | null): Promise<void> {
  keep(chosen);
  await speak(chosen);
}

/** Speaks the language that this device keeps. Settles in any case. */
export function startLanguage(): Promise<void> {
  return speak(readLanguage());
}

async function speak(chosen: string | null | undefined): Promise<void> {
  try {
    await activate(preferredLocale(chosen));
  } catch {
    // Without its chunk, which the network may not give, a language is not spoken; another is better than none.
    declareLanguage();
  }
}

function keep(chosen: string | null): void {
  try {
    if (chosen === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, chosen);
  } catch {
    // A device that keeps nothing asks the account again at the next start.
  }
}
