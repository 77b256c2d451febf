import { charAt, charBefore, isAsciiWord, isWord } from './characters';

/** An address that begins where one asked: where it ends, and where it leads (http, https or mailto). */
export type Link = { end: number; url: string };

/** The part of a mail address before the `@` (RFC 5321, 4.5.3.1.1). */
const MAIL_LOCAL_CHARS_MAX = 64;

const PORT_MAX = 65_535;

const SCHEMES = [
  { typed: 'https://', scheme: 'https://', skip: 8 },
  { typed: 'http://', scheme: 'http://', skip: 7 },
  { typed: 'www.', scheme: 'https://', skip: 0 },
] as const;

/** Never part of an address: spaces, controls, quotes, brackets and stops of scripts that write without spaces. */
const ENDS_ADDRESS =
  /[\p{Cc}\p{Z}"<>\\`«»\u061c\u200b\u200e\u200f\u201c-\u201e\u202a-\u202e\u2060\u2066-\u2069\u3001\u3002\u3008-\u3011\u3014-\u301b\u301d-\u301f\ufeff\uff01\uff02\uff08\uff09\uff0c\uff0e\uff0f\uff1a-\uff1c\uff1e\uff1f\uff3b-\uff3d\uff5b\uff5d\uff5f-\uff64]/u;

/** At the end of an address, it ends the sentence or closes a mark instead. */
const ENDS_SENTENCE = /[.,:;!?'*_~|،؛؟।’…]/u;

const MAIL_NAME = /[0-9A-Za-z_+-]/;

type Host = { end: number; labels: number; lastLabel: number };

/** Recognizes addresses, and remembers where there are none so that no stretch of text is searched twice. */
export class Links {
  private noWebBefore = 0;
  private noMailBefore = 0;
  /** Where the mail name that was looked at last ends: all beginnings inside of it end there too. */
  private mailLocalEnd = 0;

  /** The address in `text` that begins at `at` and ends at or before `limit`. */
  read(text: string, at: number, limit: number): Link | undefined {
    const before = text.charAt(at - 1);
    if (isAsciiWord(before)) return undefined;
    const stretch = new Stretch(text, limit);
    return this.web(stretch, at, before) ?? this.mail(stretch, at, before);
  }

  private web(text: Stretch, at: number, before: string): Link | undefined {
    if (at < this.noWebBefore || (before && '+@/'.includes(before))) return undefined;
    const found = SCHEMES.find(({ typed }) => text.slice(at, at + typed.length).toLowerCase() === typed);
    const from = at + (found?.skip ?? 0);
    const host = found && text.host(from);
    if (!host || (found.skip === 0 && host.labels < 3)) return undefined;
    const end = text.portEnd(host.end);
    if (text.isOtherAuthority(end)) {
      this.noWebBefore = text.addressEnd(end);
      this.noMailBefore = this.noWebBefore;
      return undefined;
    }
    const restEnd = text.restEnd(end);
    const hostName = lowerAscii(text.slice(from, host.end));
    return { end: restEnd, url: found.scheme + hostName + text.slice(host.end, restEnd) };
  }

  private mail(text: Stretch, at: number, before: string): Link | undefined {
    if (at < this.noMailBefore || (before && '.+-@/'.includes(before))) return undefined;
    if (at >= this.mailLocalEnd) this.mailLocalEnd = text.mailLocalEnd(at);
    const localEnd = this.mailLocalEnd;
    const isName = localEnd - at <= MAIL_LOCAL_CHARS_MAX && text.at(localEnd) === '@';
    const host = isName ? text.host(localEnd + 1) : undefined;
    if (!host || host.labels < 2 || !text.isTopLevel(host)) {
      this.noMailBefore = localEnd;
      return undefined;
    }
    const hostName = lowerAscii(text.slice(localEnd + 1, host.end));
    return { end: host.end, url: `mailto:${text.slice(at, localEnd)}@${hostName}` };
  }
}

/** A text that ends at `limit`: links stop before a mention. */
class Stretch {
  private readonly text: string;
  private readonly limit: number;

  constructor(text: string, limit: number) {
    this.text = text;
    this.limit = limit;
  }

  at(at: number): string {
    return at < this.limit ? this.text.charAt(at) : '';
  }

  slice(from: number, to: number): string {
    return this.text.slice(from, Math.min(to, this.limit));
  }

  /** The host at `at`: labels with single dots between them. */
  host(at: number): Host | undefined {
    let labelEnd = this.labelEnd(at);
    if (labelEnd === undefined) return undefined;
    const host: Host = { end: labelEnd, labels: 1, lastLabel: at };
    while (this.at(host.end) === '.') {
      const from = host.end + 1;
      labelEnd = this.labelEnd(from);
      if (labelEnd === undefined) break;
      host.end = labelEnd;
      host.labels += 1;
      host.lastLabel = from;
    }
    while (/[-_]/.test(this.at(host.end - 1))) host.end -= 1;
    return host;
  }

  /** At least two characters, and not a digit first: `example.com`, but not `1.5`. */
  isTopLevel(host: Host): boolean {
    return host.end - host.lastLabel > 1 && !/[0-9]/.test(this.at(host.lastLabel));
  }

  /** Where the port after the host ends; `at` when there is none. */
  portEnd(at: number): number {
    if (this.at(at) !== ':') return at;
    const digits = /^[0-9]*/.exec(this.slice(at + 1, at + 7))?.[0] ?? '';
    return digits && Number(digits) <= PORT_MAX ? at + 1 + digits.length : at;
  }

  /** What looks like the host was somebody's name or password on another: it does not lead where it seems to. */
  isOtherAuthority(at: number): boolean {
    return this.at(at) === '@' || (this.at(at) === ':' && isAsciiWord(this.at(at + 1)));
  }

  /** Where path, query and fragment end, without what belongs to the sentence around them. */
  restEnd(at: number): number {
    if (!/[/?#]/.test(this.at(at))) return at;
    let end = this.addressEnd(at);
    const unbalanced = new Brackets(this.slice(at, end));
    while (end > at) {
      const char = charBefore(this.text, end);
      if (!ENDS_SENTENCE.test(char) && !unbalanced.takes(char)) break;
      end -= char.length;
    }
    return end;
  }

  /** Where the run of characters ends that an address may have. */
  addressEnd(at: number): number {
    let end = at;
    while (end < this.limit && !ENDS_ADDRESS.test(this.text.charAt(end))) end += 1;
    return end;
  }

  /** Where the run of characters of a mail name ends. A dot must stand between two others. */
  mailLocalEnd(at: number): number {
    const isName = (place: number) => MAIL_NAME.test(this.at(place));
    let end = at;
    while (isName(end) || (this.at(end) === '.' && isName(end + 1))) end += 1;
    return end;
  }

  /** Where the label ends that begins at `at` with a letter or digit. */
  private labelEnd(at: number): number | undefined {
    let char = this.char(at);
    if (!isWord(char)) return undefined;
    let end = at;
    while (char && (isWord(char) || char === '-' || char === '_')) {
      end += char.length;
      char = this.char(end);
    }
    return end;
  }

  private char(at: number): string {
    return at < this.limit ? charAt(this.text, at) : '';
  }
}

/** How many brackets of each kind are closed without having been opened in an address. */
class Brackets {
  private readonly surplus: Record<string, number> = { ')': 0, ']': 0, '}': 0 };

  constructor(address: string) {
    const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
    for (const char of address) {
      const closed = closing[char];
      if (closed) this.add(closed, -1);
      else if (char in this.surplus) this.add(char, 1);
    }
  }

  /** `char` closes a bracket that was opened outside of the address, and is now taken off it. */
  takes(char: string): boolean {
    if ((this.surplus[char] ?? 0) <= 0) return false;
    this.add(char, -1);
    return true;
  }

  private add(char: string, change: number): void {
    this.surplus[char] = (this.surplus[char] ?? 0) + change;
  }
}

/** Other letters stay as typed: a browser knows how to make an ASCII host of them. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
