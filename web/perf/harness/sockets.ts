import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A port of this machine that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A longer way to a server: everything arrives later by the same time, in both directions. */
export class LongWay {
  readonly url: string;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(server: Server, open: Set<Socket>) {
    this.#server = server;
    this.#open = open;
    this.url = `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  static async to(url: string, roundTripMs: number): Promise<LongWay> {
    const { hostname, port } = new URL(url);
    const open = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        open.add(from);
        from.setNoDelay(true);
        from.on('data', (bytes) => void setTimeout(() => to.write(bytes), roundTripMs / 2));
        from.on('close', () => {
          open.delete(from);
          setTimeout(() => to.destroy(), roundTripMs / 2);
        });
        from.on('error', () => to.destroy());
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LongWay(server, open);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }
}
