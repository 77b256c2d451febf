import { i18n, type Messages } from '@lingui/core';
import { messages as english } from './en.po';
import { messages as later } from './later/en.po';

/** The tag of the pseudo-language: English as nobody writes it, which Intl knows to be English. */
export const PSEUDO = 'en-XA';

/** How much longer than English the other languages may be, as a share of the words. */
const LONGER = 0.4;

const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ACCENTED = [...'åƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ'];

/**
 * Speaks the pseudo-language, for the gallery: accented letters show what a font lacks, forty per cent more of them what
 * is cut, and the brackets ⟦ ⟧ around each sentence what is written in the sources instead of the catalogue.
 */
export function activatePseudo(): void {
  i18n.loadAndActivate({ locale: PSEUDO, messages: pseudo({ ...english, ...later }) });
  // The client speaks what its account prefers; here that is this, whatever it is.
  i18n.on('change', () => {
    if (i18n.locale !== PSEUDO) i18n.activate(PSEUDO);
  });
}

/** A catalogue in the pseudo-language. Names of places and the forms of plurals stay. */
export function pseudo(messages: Messages): Messages {
  return Object.fromEntries(Object.entries(messages).map(([id, sentence]) => [id, bracketed(sentence)]));
}

type Part = string | Place;
type Place = [name: string, kind?: string, forms?: Record<string, Part[] | string | number>];

/** A sentence in its brackets; a sign without words, such as the comma between names, is in no language. */
function bracketed(sentence: Messages[string]): Messages[string] {
  if (!/\p{L}/u.test(JSON.stringify(sentence))) return sentence;
  const parts = accented(sentence as Part[] | string);
  return ['⟦', ...(typeof parts === 'string' ? [parts] : parts), '⟧'] as Messages[string];
}

function accented(sentence: Part[] | string): Part[] | string {
  if (typeof sentence === 'string') return longer(sentence);
  return sentence.map((part) => (typeof part === 'string' ? longer(part) : place(part)));
}

function place([name, kind, forms]: Place): Place {
  if (!kind) return [name];
  if (!forms || typeof forms !== 'object') return [name, kind];
  const said = Object.entries(forms).map(([form, words]) => [
    form,
    typeof words === 'number' ? words : accented(words),
  ]);
  return [name, kind, Object.fromEntries(said)];
}

/** The words with their accents, and as many letters more as another language might need. */
function longer(words: string): string {
  const letters = words.match(/\p{L}/gu)?.length ?? 0;
  const more = 'ẋ'.repeat(Math.ceil(letters * LONGER));
  return words.replace(/[a-z]/gi, (letter) => ACCENTED[PLAIN.indexOf(letter)] ?? letter) + more;
}
