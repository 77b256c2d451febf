import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Build, Shell } from './shell';

const ORIGIN = 'https://kith.example';

let caches: ModelCaches;

beforeEach(() => {
  caches = new ModelCaches();
});

describe('installing', () => {
  it('puts every file on the device, the unhashed ones checked against the build', async () => {
    const server = serverOf('one');
    await shellOf('one', server).install();
    expect(await text(shellOf('one', gone), '/')).toBe('page one');
    expect(await text(shellOf('one', gone), '/assets/list-one.js')).toBe('list one');
    expect(server).toHaveBeenCalledWith('/', { integrity: 'sha256-one', cache: 'no-cache' });
  });

  it('fails as a whole when one file does', async () => {
    const server = serverOf('one');
    server.mockImplementation(async (path) =>
      path === '/assets/list-one.js' ? new Response('', { status: 404 }) : new Response('page'),
    );
    await expect(shellOf('one', server).install()).rejects.toThrow('/assets/list-one.js: 404');
  });

  it('fetches nothing again that an earlier build has', async () => {
    await shellOf('one', serverOf('one')).install();
    const server = serverOf('two');
    await shellOf('two', server).install();
    expect(server.mock.calls.map(([path]) => path)).toEqual(['/', '/assets/list-two.js']);
  });
});

describe('an upgrade', () => {
  it('leaves the earlier build its own page until it retires, and its parts to pages that are open', async () => {
    const earlier = shellOf('one', gone);
    await shellOf('one', serverOf('one')).install();
    await shellOf('two', serverOf('two')).install();
    expect(await text(earlier, '/')).toBe('page one');
    const now = shellOf('two', gone);
    await now.retire();
    expect(await text(now, '/')).toBe('page two');
    expect(await text(now, '/assets/list-one.js')).toBe('list one');
  });

  it('drops the build before the last', async () => {
    for (const version of ['one', 'two', 'three']) {
      const shell = shellOf(version, serverOf(version));
      await shell.install();
      await shell.retire();
    }
    expect(await caches.keys()).toEqual(['kith-client-two', 'kith-client-three']);
  });
});

describe('what the worker answers', () => {
  const shell = () => shellOf('one', gone);

  it.each([
    ['/', 'navigate', '/'],
    ['/c/0198', 'navigate', '/'],
    ['/settings/sessions?x=1', 'navigate', '/'],
    ['/assets/list-one.js', 'cors', '/assets/list-one.js'],
    ['/assets/of-another-build.js', 'cors', '/assets/of-another-build.js'],
    ['/shared.svg', 'no-cors', undefined],
    ['/shared.svg', 'navigate', undefined],
    ['/c/0198', 'cors', undefined],
    ['/api/v1/me', 'cors', undefined],
    ['/api/v1/attachments/1', 'navigate', undefined],
    ['/api', 'navigate', undefined],
    ['/apiary', 'navigate', '/'],
    ['/socket.io/?EIO=4', 'cors', undefined],
    ['https://elsewhere.example/', 'navigate', undefined],
  ])('%s (%s): %s', (url, mode, file) => {
    expect(shell().fileFor({ method: 'GET', mode, url: new URL(url, ORIGIN).href }, ORIGIN)).toBe(file);
  });

  it('nothing that changes anything', () => {
    expect(shell().fileFor({ method: 'POST', mode: 'navigate', url: `${ORIGIN}/` }, ORIGIN)).toBeUndefined();
  });

  it('what the browser has cleared away, from the network', async () => {
    expect(await text(shellOf('one', serverOf('one')), '/')).toBe('page one');
  });
});

function shellOf(version: string, fetch: typeof globalThis.fetch): Shell {
  return new Shell(buildOf(version), caches as unknown as CacheStorage, fetch);
}

function buildOf(version: string): Build {
  const files = [['/', `sha256-${version}`], ['/assets/base.js'], [`/assets/list-${version}.js`]] as const;
  return { version, files };
}

function serverOf(version: string) {
  const answers: Record<string, string> = {
    '/': `page ${version}`,
    '/assets/base.js': 'base',
    [`/assets/list-${version}.js`]: `list ${version}`,
  };
  return vi.fn<typeof fetch>(async (input) => {
    const path = input instanceof Request ? new URL(input.url).pathname : String(input);
    const body = answers[path];
    return new Response(body ?? '', { status: body === undefined ? 404 : 200 });
  });
}

async function gone(): Promise<Response> {
  throw new TypeError('Failed to fetch');
}

async function text(shell: Shell, path: string): Promise<string> {
  return (await shell.serve(path, new Request(`${ORIGIN}${path}`))).text();
}

/** `CacheStorage` by paths. */
class ModelCaches {
  readonly #caches = new Map<string, Map<string, Response>>();

  async open(name: string) {
    const held = this.#caches.get(name) ?? new Map<string, Response>();
    this.#caches.set(name, held);
    return { put: async (path: string, response: Response) => void held.set(path, response) };
  }

  async match(path: string, { cacheName }: { cacheName?: string } = {}) {
    const names = cacheName === undefined ? [...this.#caches.keys()] : [cacheName];
    const held = names.map((name) => this.#caches.get(name)?.get(path)).find((response) => response);
    return held?.clone();
  }

  async keys() {
    return [...this.#caches.keys()];
  }

  async delete(name: string) {
    return this.#caches.delete(name);
  }
}
