import { type Api, ApiError } from '@/lib/api';
import { currentLocale } from '@/lib/i18n';
import { parseEntities } from '@/lib/text/entities';
import type { Attachment, Me, Mention, Message, Profile } from '@/protocol';
import type { AnswerOf, CommandName, PayloadOf, Wire, WireEvents } from '@/realtime';
import { ModelServer } from '@/testing/model-server';

const NAMES: Record<string, string> = {
  kim: 'Kim',
  jonas: 'Jonas',
  ines: 'Ines',
  mei: 'Mei',
  mum: 'Mum',
  yuki: '田中ゆき',
  layla: 'ليلى حداد',
  dario: 'Dario Pace',
  lena: 'Lena',
  sam: 'Sam N.',
};
const ME = 'kim';
const MINUTE = 60_000;

/** Every field that any command has; each command reads its own. */
type Asked = {
  cursor?: string | null;
  conversation_id: string;
  since: number;
  before?: number;
  after?: number;
  around?: number;
  limit?: number;
  text: string;
  mentions?: Mention[];
  reply_to?: number;
  client_id: string;
  seq: number;
  emoji: string | null;
  pinned: boolean;
  scope: 'me' | 'everyone';
  muted_until?: number | null;
};

/** The model server of the tests with people who have names, as the client of one of them sees it. */
export class ModelLine implements Wire {
  readonly #server = new ModelServer(Object.keys(NAMES));
  #events: WireEvents | undefined;

  constructor(now: number) {
    this.#furnish(now);
  }

  connect(events: WireEvents): void {
    this.#events = events;
    queueMicrotask(() => events.connected());
  }

  disconnect(): void {
    this.#events = undefined;
  }

  hurry(): void {}

  sendTyping(): void {}

  async request<Name extends CommandName>(name: Name, payload: PayloadOf<Name>): Promise<AnswerOf<Name>> {
    await new Promise((resolve) => setTimeout(resolve, 30));
    const answer = named(this.#answer(name, payload as Asked));
    setTimeout(() => this.#deliver());
    return answer as AnswerOf<Name>;
  }

  get api(): Api {
    const call = async (path: string) => this.#rest(path) as never;
    return { get: call, post: call, put: call, patch: call, delete: call };
  }

  #rest(path: string): unknown {
    const [route = ''] = path.split('?');
    if (route === '/server') {
      return {
        name: 'lake.example',
        version: '0.1.0',
        registration: 'open',
        empty: false,
        attachment_bytes_max: 52_428_800,
      };
    }
    if (route === '/me') return me();
    if (route === '/users') return { users: Object.keys(NAMES).map(profile), more: false };
    if (route === '/auth/sessions') return sessions();
    if (route === '/search') return this.#search(new URLSearchParams(path.slice(route.length)));
    if (route.endsWith('/pins')) return page(this.#messages(route).filter(({ pinned_at }) => pinned_at));
    if (route.endsWith('/attachments')) {
      const isPhotos = path.includes('kind=image');
      const shows = ({ attachments }: Message) =>
        attachments.some(({ kind }) => (kind === 'image') === isPhotos);
      return page(this.#messages(route).filter(shows));
    }
    if (route.endsWith('/reactions')) return { reactions: [], users: [], more: false };
    if (route.endsWith('/receipts')) return { receipts: [], users: [], more: false };
    if (route.endsWith('/members')) return { members: [], users: [], more: false };
    throw new ApiError({ code: 'not_found', message: route });
  }

  /** The messages of `/conversations/ID/…`, newest first. */
  #messages(route: string): Message[] {
    const [, , id = ''] = route.split('/');
    return (this.#server.conversations.get(id)?.messages ?? []).toReversed();
  }

  #search(asked: URLSearchParams): unknown {
    const words = (asked.get('q') ?? '').toLowerCase();
    const results = [...this.#server.conversations.entries()].flatMap(([conversation_id, { messages }]) =>
      messages
        .filter(({ kind, text }) => kind === 'text' && text.toLowerCase().includes(words))
        .map((message) => ({ conversation_id, message })),
    );
    const newest = results.toSorted((a, b) => b.message.created_at - a.message.created_at);
    return { results: newest.slice(0, Number(asked.get('limit'))), users: people(), more: false };
  }

  #answer(name: CommandName, p: Asked): unknown {
    const server = this.#server;
    switch (name) {
      case 'sync':
        return server.sync(ME, p.cursor ?? null);
      case 'conversation:changes':
        return server.changes(ME, p.conversation_id, p.since);
      case 'message:page':
        return server.page(ME, p.conversation_id, p, p.limit ?? 60);
      case 'message:send': {
        const message = server.send(ME, p.conversation_id, p.text ?? '', p.reply_to ?? null, p.client_id);
        message.entities = parseEntities(message.text, p.mentions ?? []);
        return { message };
      }
      case 'message:edit':
        server.edit(ME, p.conversation_id, p.seq, p.text);
        return { message: this.#row(p.conversation_id, p.seq) };
      case 'message:react':
        server.react(ME, p.conversation_id, p.seq, p.emoji);
        return { message: this.#row(p.conversation_id, p.seq) };
      case 'message:pin':
        server.pin(ME, p.conversation_id, p.seq, p.pinned);
        return { version: 0 };
      case 'message:delete':
        if (p.scope === 'me') server.hide(ME, p.conversation_id, p.seq);
        else server.unsend(ME, p.conversation_id, p.seq);
        return { account_version: 0 };
      case 'conversation:read':
        server.read(ME, p.conversation_id, p.seq);
        return {};
      case 'presence:watch':
        return {
          presences: ['ines', 'mei', 'jonas', 'mum', 'yuki'].map((user_id) => ({
            user_id,
            online: true,
            last_active_at: null,
          })),
        };
      case 'account:set':
        if (p.muted_until !== undefined) server.mute(ME, p.conversation_id, p.muted_until);
        return { account_version: 0 };
      default:
        return {};
    }
  }

  #row(id: string, seq: number): Message | undefined {
    return this.#server.conversations.get(id)?.messages[seq - 1];
  }

  #deliver(): void {
    for (const [name, payload] of this.#server.take(ME)) {
      this.#events?.received(name, named(payload) as never);
    }
  }

  /** Someone types in the first group, for as long as it is looked at. */
  type(): void {
    this.#events?.received('typing', { conversation_id: 'conversation-1', user_ids: ['ines'] });
  }

  #furnish(now: number): void {
    const server = this.#server;
    const say = (user: string, id: string, minutes: number, text: string, rest: Partial<Message> = {}) => {
      const row = server.send(user, id, text, rest.reply_to ?? null);
      Object.assign(row, { created_at: now - minutes * MINUTE, entities: parseEntities(text, []), ...rest });
      return row.seq;
    };
    const lake = server.create('group', ['jonas', 'kim', 'ines', 'mei']);
    this.#title(lake, 'Summer on the lake', now - 500 * MINUTE);
    for (let i = 0; i < 120; i += 1)
      say(
        i % 3 ? 'jonas' : 'kim',
        lake,
        2000 - i * 7,
        `Message number ${i + 1}, of those that are scrolled through.`,
      );
    const ferry = say('jonas', lake, 60, 'Ferry leaves 7:40, so breakfast on board?');
    const table = say('jonas', lake, 59, 'I booked the cabin with the **big table** 🎉');
    for (const user of ['kim', 'ines', 'mei']) server.react(user, lake, table, '🎉');
    say('kim', lake, 50, "Perfect. I'll bring coffee and the `/dev/null` mug", { reply_to: ferry });
    say('kim', lake, 49, 'See you at the pier!');
    const album = say('ines', lake, 40, '', {
      attachments: [photo('sunset', 1200, 600), photo('hills', 800, 600), photo('coffee', 800, 600)],
    });
    server.pin('jonas', lake, ferry, true);
    server.react('mei', lake, album, '😍');
    server.react('jonas', lake, album, '😍');
    const last = say('kim', lake, 1, 'This morning? The light is unreal. Putting the first one on the wall.');
    for (const user of ['jonas', 'mei']) server.read(user, lake, last);
    server.read('kim', lake, last);

    const mum = server.create('direct', ['kim', 'mum']);
    say('kim', mum, 30, 'On the train, home at eight');
    say('mum', mum, 6, 'Good!');
    say('mum', mum, 5, 'Did you eat?');
    say('mum', mum, 5, 'I saved you some soup 🍲');
    const board = server.create('group', ['lena', 'kim', 'jonas', 'sam']);
    this.#title(board, 'Board games Thursday', now - 600 * MINUTE);
    say('jonas', board, 28, '@Kim you bring the map?', {
      entities: [{ kind: 'mention', offset: 0, length: 4, user_id: ME }],
    });
    const yuki = server.create('direct', ['kim', 'yuki']);
    say('yuki', yuki, 120, '旅行はどうでしたか？');
    const thanks = say('kim', yuki, 106, '写真ありがとう！');
    server.read('yuki', yuki, thanks);
    const layla = server.create('direct', ['kim', 'layla']);
    server.read(ME, layla, say('layla', layla, 204, 'سنلتقي يوم الجمعة إن شاء الله'));
    const two = server.create('group', ['kim', 'sam', 'dario']);
    this.#title(two, null, now - 3000 * MINUTE);
    say('kim', two, 2900, 'On my way');
    this.#title(server.create('direct', ['kim', 'dario']), null, now - 8000 * MINUTE);
    const library = server.create('group', ['lena', 'kim']);
    this.#title(library, 'Choir', now - 9000 * MINUTE);
    server.read(
      ME,
      library,
      say('lena', library, 4000, 'Rehearsal on **Friday**, see https://choir.example/plan'),
    );
    for (const id of [lake, mum, board, yuki, layla, two, library]) this.#systemAt(id, now);
    for (const user of Object.keys(NAMES)) server.take(user);
  }

  #title(id: string, title: string | null, at: number): void {
    const conversation = this.#server.conversations.get(id);
    if (conversation) conversation.shared = { ...conversation.shared, title, created_at: at };
  }

  #systemAt(id: string, now: number): void {
    const { messages = [] } = this.#server.conversations.get(id) ?? {};
    for (const row of messages) if (row.created_at < 1e9) row.created_at = now - 9000 * MINUTE;
  }
}

function people(): Profile[] {
  return Object.keys(NAMES).map(profile);
}

/** A list of messages as REST gives it: all of it at once. */
function page(messages: Message[]) {
  return { messages, quotes: [], from_seq: 1, to_seq: 0, at_start: true, at_end: true, users: people() };
}

function profile(id: string): Profile {
  const about = id === 'ines' ? 'Somewhere near water' : '';
  return { id, username: id, display_name: NAMES[id] ?? id, about, avatar: null, deleted: false };
}

function me(): Me {
  return {
    ...profile(ME),
    role: 'owner',
    created_at: 0,
    settings: { read_receipts: true, presence: true, preferences: { language: currentLocale() } },
  };
}

function sessions() {
  const at = Date.now();
  return {
    sessions: [
      { id: '1', device: 'Firefox on Debian', created_at: at, last_used_at: at, current: true },
      { id: '2', device: 'Safari on iPhone', created_at: at, last_used_at: at - 90 * MINUTE, current: false },
    ],
    more: false,
  };
}

function photo(id: string, width: number, height: number): Attachment {
  return { id, kind: 'image', name: `${id}.jpg`, size: 400_000, mime: 'image/jpeg', alt: id, width, height };
}

/** The model server knows people by their ids alone. */
function named<Answer>(answer: Answer): Answer {
  const copy = structuredClone(answer) as { users?: Profile[] } | undefined;
  if (copy?.users) copy.users = copy.users.map(({ id }) => profile(id));
  return copy as Answer;
}
