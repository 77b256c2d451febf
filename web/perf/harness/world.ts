import { Kith } from '../../e2e/kith';
import { type Account, account, Correspondent } from './correspondent';
import { Prose } from './prose';

/** Rooms with a page and a half of messages each. */
const ROOMS = 60;
const ROOM_MESSAGES = 90;

/** The long one. */
export const LIBRARY = 'Library';
const LIBRARY_MESSAGES = 100_000;

/** Who writes in the library, each over a line of their own. */
const WRITERS = ['Ben', 'Cleo', 'Dario', 'Eva', 'Finn', 'Gita', 'Hugo', 'Ines'];

/**
 * A server with one person whose client is measured (Ann, who has a browser), others who write to her, rooms and a library of
 * a hundred thousand messages.
 */
export class World {
  readonly kith: Kith;
  readonly #ann: Account;
  readonly writers: readonly Correspondent[];
  /** Conversations by their titles. */
  readonly rooms: ReadonlyMap<string, string>;

  private constructor(kith: Kith, ann: Account, writers: Correspondent[], rooms: Map<string, string>) {
    this.kith = kith;
    this.#ann = ann;
    this.writers = writers;
    this.rooms = rooms;
  }

  static async fill(say: (words: string) => void): Promise<World> {
    say(`filling a server: ${ROOMS} rooms and ${LIBRARY_MESSAGES} messages`);
    const kith = await Kith.fresh();
    const ann = await account(kith.url, 'Ann');
    const writers: Correspondent[] = [];
    for (const name of WRITERS) writers.push(await Correspondent.register(kith.url, name));
    const world = new World(kith, ann, writers, new Map());
    await world.#fillLibrary();
    await world.#fillRooms();
    await world.readAll();
    return world;
  }

  /**
   * Ann has read everything, on another device. What is unread is opened at its beginning; now she opens each conversation at
   * its end.
   */
  async readAll(): Promise<void> {
    const reader = await Correspondent.connect(this.url, this.#ann);
    for (const id of this.rooms.values()) await reader.catchUp(id);
    reader.close();
  }

  get annId(): string {
    return this.#ann.user.id;
  }

  get ben(): Correspondent {
    const [first] = this.writers;
    if (!first) throw new Error('Somebody writes.');
    return first;
  }

  get url(): string {
    return this.kith.url;
  }

  room(number: number): string {
    return `Room ${String(number).padStart(2, '0')}`;
  }

  id(title: string): string {
    const id = this.rooms.get(title);
    if (id === undefined) throw new Error(`There is no ${title}.`);
    return id;
  }

  async close(): Promise<void> {
    for (const writer of this.writers) writer.close();
    await this.kith.remove();
  }

  async #fillLibrary(): Promise<void> {
    const others = this.writers.slice(1).map(({ userId }) => userId);
    const id = await this.#add(LIBRARY, [this.annId, ...others]);
    const share = LIBRARY_MESSAGES / this.writers.length;
    await Promise.all(
      this.writers.map((writer, index) => writer.recite(id, new Prose(index + 1).messages(share))),
    );
  }

  async #fillRooms(): Promise<void> {
    const prose = new Prose(99);
    for (let number = 1; number <= ROOMS; number += 1) {
      const id = await this.#add(this.room(number), [this.annId]);
      await this.ben.recite(id, prose.messages(ROOM_MESSAGES));
    }
  }

  async #add(title: string, members: readonly string[]): Promise<string> {
    const id = await this.ben.makeGroup(title, members);
    (this.rooms as Map<string, string>).set(title, id);
    return id;
  }
}
