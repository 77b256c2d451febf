import type { ConsoleMessage, Page } from '@playwright/test';
import { expect } from './patience';

/** Errors in the console, breaches of the content security policy, and exceptions that nothing caught. */
export class Complaints {
  readonly #heard: string[] = [];
  readonly #excused: RegExp[] = [];

  listen(page: Page): void {
    page.on('pageerror', (error) => this.#heard.push(`uncaught: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#heard.push(inWords(message));
    });
  }

  /** The journey causes this on purpose, as by a wrong password or a stopped server. */
  excuse(expected: RegExp): void {
    this.#excused.push(expected);
  }

  expectNone(): void {
    const unexcused = this.#heard.filter((words) => !this.#excused.some((expected) => expected.test(words)));
    expect(unexcused).toEqual([]);
  }
}

/** What Chromium says of requests and sockets while the server is stopped or the network is off. */
export const SERVER_AWAY =
  /net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|INTERNET_DISCONNECTED|SOCKET_NOT_CONNECTED|EMPTY_RESPONSE|FAILED)/;

function inWords(message: ConsoleMessage): string {
  return `${message.text()} ${message.location().url}`;
}
