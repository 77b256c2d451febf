import { createStore } from '@/app/store';
import { LocalCache } from '@/entities/cache/cache';
import { enter } from '@/entities/session/thunks';
import type { Uploader } from '@/entities/uploads/uploader';
import { type Api, ApiError } from '@/lib/api';
import { Tabs } from '@/lib/tabs';
import type { Me } from '@/protocol';
import type { ModelServer } from './model-server';
import { ModelWire } from './model-wire';
import { meOf } from './transcript';

/** An uploader that a test lets finish, or fail. */
export class ModelUploader implements Uploader {
  readonly names: string[] = [];
  #failure: ApiError | undefined;

  failOnce(error: ApiError): void {
    this.#failure = error;
  }

  async upload(file: File, alt: string, onProgress: (share: number) => void) {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
    onProgress(0.5);
    this.names.push(file.name);
    return {
      id: `attachment-${file.name}`,
      kind: 'image' as const,
      name: file.name,
      size: file.size,
      mime: file.type,
      alt,
    };
  }
}

/** A whole client of one person, at a {@link ModelServer}: the store that the browser runs, over a line of a test. */
export function openPage(
  server: ModelServer,
  user: string,
  cache: LocalCache = new LocalCache(),
  tabs: Tabs = Tabs.alone(),
) {
  const wire = new ModelWire(server, user);
  const uploader = new ModelUploader();
  const api = modelApi(meOf(user));
  const store = createStore({ wire, api, uploader, cache, tabs, schedule: queueMicrotask, cacheQuietMs: 20 });
  return {
    store,
    wire,
    uploader,
    cache,
    /** Signs in; the device keeps something only where the test gave it a place to. */
    signIn: (keep = false) => store.dispatch(enter({ me: meOf(user), keep })),
  };
}

export type Page = ReturnType<typeof openPage>;

/** Knows who is signed in, and nothing else. */
function modelApi(me: Me): Api {
  const answer = async <Answer>(path: string): Promise<Answer> => {
    if (path === '/me') return me as Answer;
    if (path === '/server') return { signed_in: true } as Answer;
    throw new ApiError({ code: 'offline', message: `no ${path}` });
  };
  return { get: answer, post: answer, put: answer, patch: answer, delete: answer };
}
