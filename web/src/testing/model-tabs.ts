import { type Channel, type Locks, type TabNote, Tabs } from '@/lib/tabs';

type Holder = { give: () => void; fail: (error: DOMException) => void };

/** The locks and channels that the tabs of one browser share. */
export class ModelBrowser {
  readonly #ends = new Set<{ name: string; hear: (note: TabNote) => void }>();
  readonly #queue: Holder[] = [];
  #holder: Holder | undefined;

  /** One more tab. */
  tab(): Tabs {
    return new Tabs({ request: this.#request } as unknown as Locks, (name) => this.#open(name));
  }

  readonly #request = (
    _name: string,
    options: { steal?: boolean; signal?: AbortSignal },
    work: () => Promise<void> | undefined,
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      const holder: Holder = {
        fail: reject,
        give: () => {
          this.#holder = holder;
          void Promise.resolve(work()).then(() => {
            resolve();
            if (this.#holder === holder) this.#next();
          });
        },
      };
      options.signal?.addEventListener('abort', () => {
        const at = this.#queue.indexOf(holder);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(aborted());
      });
      if (options.steal) {
        this.#holder?.fail(aborted());
        holder.give();
      } else if (this.#holder) this.#queue.push(holder);
      else holder.give();
    });

  #next(): void {
    this.#holder = undefined;
    this.#queue.shift()?.give();
  }

  #open(name: string): Channel {
    const end = { name, hear: (_note: TabNote): void => {} };
    this.#ends.add(end);
    return {
      postMessage: (note) => {
        for (const other of this.#ends) {
          if (other.name === name && other !== end) queueMicrotask(() => other.hear(note));
        }
      },
      addEventListener: (_name, listener) => {
        end.hear = (data) => listener({ data } as MessageEvent<TabNote>);
      },
      close: () => this.#ends.delete(end),
    };
  }
}

function aborted(): DOMException {
  return new DOMException('taken away', 'AbortError');
}
