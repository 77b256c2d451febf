import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Kith } from './kith';

/** Stands before the name of every part of the next client. */
export const NEXT = 'next-';

type Answer = { headers: Record<string, string>; body: string };

/**
 * A server that can be upgraded while people are connected: from then on it has another client, of the same words, whose
 * parts have other names. Those of the client before are gone.
 */
export class Upgradable {
  readonly #behind: URL;
  readonly #server: Server;
  /** The next client by its paths, once it is there. */
  #next: ReadonlyMap<string, Answer> | undefined;

  private constructor(kith: Kith) {
    this.#behind = new URL(kith.url);
    this.#server = createServer((asked, answer) => {
      const { pathname } = new URL(asked.url ?? '/', this.#behind);
      const own = this.#next?.get(isPlace(pathname) ? '/' : pathname);
      if (own) return answer.writeHead(200, own.headers).end(own.body);
      if (this.#next && pathname.startsWith('/assets/')) return answer.writeHead(404).end();
      const passedOn = request(
        { ...this.#address, method: asked.method, path: asked.url, headers: asked.headers },
        (given) => given.pipe(answer.writeHead(given.statusCode ?? 502, given.rawHeaders)),
      );
      passedOn.on('error', () => answer.destroy());
      asked.pipe(passedOn);
      return undefined;
    });
    this.#server.on('upgrade', ({ url, rawHeaders }, near, head) => {
      const far = connect(this.#address.port, this.#address.host);
      const lines = rawHeaders.map((word, index) => (index % 2 === 0 ? `${word}: ` : `${word}\r\n`));
      far.write(`GET ${url} HTTP/1.1\r\n${lines.join('')}\r\n`);
      far.write(head);
      far.pipe(near).pipe(far);
      for (const socket of [near, far])
        socket.on('error', () => undefined).on('close', () => (near.destroy(), far.destroy()));
    });
  }

  static async before(kith: Kith): Promise<Upgradable> {
    const upgradable = new Upgradable(kith);
    upgradable.#server.listen(0, '127.0.0.1');
    await once(upgradable.#server, 'listening');
    return upgradable;
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async upgrade(): Promise<void> {
    const worker = await this.#fetch('/sw.js');
    const paths = [...new Set(worker.body.match(/\/assets\/[\w.-]+/g))];
    const names = paths.map((path) => path.slice('/assets/'.length));
    const renamed = (text: string) =>
      names.reduce((text, name) => text.replaceAll(name, `${NEXT}${name}`), text);
    const next = new Map<string, Answer>();
    for (const path of ['/', ...paths]) {
      const { headers, body } = await this.#fetch(path);
      next.set(renamed(path), { headers, body: renamed(body) });
    }
    const listed = renamed(worker.body)
      .replace(/(\bversion:.)[0-9a-f]+/, '$1next')
      .replace(/(`\/`,`sha256-)[^`]+/, `$1${sha256(next.get('/')?.body ?? '')}`);
    next.set('/sw.js', { headers: worker.headers, body: listed });
    this.#next = next;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  get #address() {
    return { host: '127.0.0.1', port: Number(this.#behind.port) };
  }

  /** Decoded, and with the headers that hold for whatever the body is. */
  async #fetch(path: string): Promise<Answer> {
    const answer = await fetch(new URL(path, this.#behind));
    const kept = [...answer.headers].filter(
      ([name]) => !/^(content-(encoding|length)|transfer-encoding|etag|vary|date)$/.test(name),
    );
    return { headers: Object.fromEntries(kept), body: await answer.text() };
  }
}

/** An address inside the client, for which the server gives its page. */
function isPlace(pathname: string): boolean {
  return !pathname.includes('.') && !/^\/(api|socket\.io)(\/|$)/.test(pathname);
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('base64');
}
