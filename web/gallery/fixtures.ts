import type { ShownConversation } from '@/features/sidebar/ConversationRow';
import { layOut } from '@/features/timeline/grouping';
import type { ShownAttachment, ShownMessage } from '@/features/timeline/model';
import type { Face } from '@/ui/Avatar';

/** The afternoon on which every fixture plays, so that screenshots are the same on any day. */
export const NOW = new Date(2026, 4, 9, 14, 26).getTime();
const MINUTE = 60_000;

export const KIM: Face = { id: 'kim', name: 'Kim' };
export const JONAS: Face = { id: 'jonas-k', name: 'Jonas' };
export const INES: Face = { id: 'ines', name: 'Ines' };
export const MEI: Face = { id: 'mei-l', name: 'Mei' };

const ROW: Omit<ShownConversation, 'id' | 'title' | 'faces' | 'preview'> = {
  presence: undefined,
  author: undefined,
  draft: undefined,
  typing: undefined,
  at: NOW,
  unread: 0,
  mentions: 0,
  markedUnread: false,
  muted: false,
  pinned: false,
  tick: undefined,
};

function row(
  id: string,
  title: string,
  minutes: number,
  rest: Partial<ShownConversation>,
): ShownConversation {
  return {
    ...ROW,
    id,
    title,
    faces: [{ id, name: title }],
    preview: '',
    at: NOW - minutes * MINUTE,
    ...rest,
  };
}

const DAY = 24 * 60;

export const CONVERSATIONS: ShownConversation[] = [
  row('lake', 'Summer on the lake', 0, {
    typing: 'Ines is typing…',
    presence: 'online',
    pinned: true,
    faces: [{ id: 'lake', name: '🏔️' }],
  }),
  row('mum', 'Mum Ortega', 5, {
    preview: 'Did you eat? I saved you some soup 🍲',
    unread: 3,
    presence: 'online',
  }),
  row('board', 'Board games Thursday', 28, {
    author: 'Jonas',
    preview: '@Kim you bring the map?',
    unread: 12,
    mentions: 1,
  }),
  row('yuki', '田中ゆき', 106, {
    author: 'You',
    preview: '写真ありがとう！',
    tick: 'seen',
    presence: 'online',
  }),
  row('haddad', 'عائلة الحداد', 204, { preview: 'سنلتقي يوم الجمعة إن شاء الله' }),
  row('dario', 'Dario Pace', DAY, { draft: 'about the invoice, could we talk it over on Monday?' }),
  row('choir', 'Choir', 2 * DAY, { author: 'Lena', preview: '📷 4 photos', unread: 28, muted: true }),
  row('sam', 'Sam N.', 3 * DAY, { preview: 'Message deleted', presence: 'recent' }),
  row('two', 'Noor, Elias', 3 * DAY, {
    faces: [
      { id: 'noor', name: 'Noor' },
      { id: 'elias', name: 'Elias' },
    ],
    author: 'You',
    preview: 'On my way',
    tick: 'delivered',
  }),
  row('rosa', 'Rosa Vidal', 4 * DAY, { author: 'You', preview: 'See you there', tick: 'sent' }),
];

/** A drawn picture, so that the gallery needs no files. */
function picture(id: string, svg: string, alt: string, width: number, height: number): ShownAttachment {
  const url = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" preserveAspectRatio="xMidYMid slice">${svg}</svg>`)}`;
  return {
    id,
    kind: 'image',
    name: `${id}.svg`,
    size: 1,
    alt,
    width,
    height,
    thumbhash: undefined,
    thumb: url,
    large: url,
    original: url,
  };
}

export const SUNSET = picture(
  'sunset',
  '<defs><linearGradient id="a" x2="0" y2="1"><stop stop-color="#f4976c"/><stop offset=".4" stop-color="#fbc56d"/><stop offset=".5" stop-color="#e0705a"/><stop offset=".52" stop-color="#4a6590"/><stop offset="1" stop-color="#1e2f4d"/></linearGradient></defs><rect width="600" height="300" fill="url(#a)"/><ellipse cx="420" cy="84" rx="80" ry="18" fill="#fff2c4" opacity=".8"/>',
  'Sunset over the lake',
  600,
  300,
);
export const HILLS = picture(
  'hills',
  '<rect width="300" height="240" fill="#cfe8fb"/><ellipse cx="80" cy="240" rx="90" ry="80" fill="#2f6f47"/><ellipse cx="230" cy="250" rx="110" ry="70" fill="#3f8358"/>',
  'Green hills',
  300,
  240,
);
export const COFFEE = picture(
  'coffee',
  '<rect width="300" height="240" fill="#5c4238"/><circle cx="150" cy="120" r="66" fill="#c98f4e"/><circle cx="150" cy="120" r="44" fill="#f4d9a6"/>',
  'A cup of coffee',
  300,
  240,
);

const BASE: Omit<ShownMessage, 'key' | 'seq' | 'sender' | 'own' | 'text' | 'createdAt'> = {
  entities: [],
  attachments: [],
  quote: undefined,
  reactions: [],
  myReaction: undefined,
  edited: false,
  unsent: false,
  forwarded: false,
  pinned: false,
  state: 'sent',
  problem: undefined,
  system: undefined,
};

let seq = 0;
function said(sender: Face, minutes: number, text: string, rest: Partial<ShownMessage> = {}): ShownMessage {
  seq += 1;
  return {
    ...BASE,
    key: String(seq),
    seq,
    sender,
    own: sender === KIM,
    text,
    createdAt: NOW - minutes * MINUTE,
    ...rest,
  };
}

export const LAKE: ShownMessage[] = [
  said(JONAS, 60, 'Ferry leaves 7:40, so breakfast on board?'),
  said(JONAS, 59, 'I booked the cabin with the **big table** 🎉', {
    entities: [{ kind: 'bold', offset: 28, length: 13, marks: 2 }],
    reactions: [
      { emoji: '🎉', count: 3, user_ids: [] },
      { emoji: '❤️', count: 1, user_ids: [] },
    ],
    myReaction: '🎉',
  }),
  said(KIM, 50, "Perfect. I'll bring coffee and the `/dev/null` mug", {
    entities: [{ kind: 'code', offset: 35, length: 11, marks: 1 }],
    quote: { seq: 1, author: 'Jonas', text: 'Ferry leaves 7:40, so breakfast on board?', gone: false },
    state: 'seen',
  }),
  said(KIM, 49, 'See you at the pier!', { state: 'seen' }),
  said(INES, 40, '', {
    attachments: [SUNSET, HILLS, COFFEE],
    reactions: [{ emoji: '😍', count: 2, user_ids: [] }],
  }),
  said(MEI, 30, '', { system: { action: 'joined', actor_id: 'jonas', user_ids: ['mei'] } }),
  said(KIM, 1, 'This morning? The light is unreal. Putting the first one on the wall.', { state: 'seen' }),
];

export const EVERY_KIND: ShownMessage[] = [
  said(INES, 2 * DAY, 'A link https://example.org/a, *italic*, ~~struck~~ and @Kim', {
    entities: [
      { kind: 'link', offset: 7, length: 21, url: 'https://example.org/a' },
      { kind: 'italic', offset: 30, length: 8, marks: 1 },
      { kind: 'strike', offset: 40, length: 10, marks: 2 },
      { kind: 'mention', offset: 55, length: 4, user_id: 'kim' },
    ],
  }),
  said(
    INES,
    2 * DAY - 1,
    '```\nfn main() {\n    println!("A line of code that is far too long to fit into any bubble at all, so it scrolls");\n}\n```',
    {
      entities: [{ kind: 'code_block', offset: 0, length: 123, marks: 4, language: 'rust' }],
    },
  ),
  said(INES, 2 * DAY - 2, 'عائلة الحداد، سنلتقي يوم الجمعة إن شاء الله'),
  said(INES, 2 * DAY - 3, '写真ありがとう！来週もまた会いましょう。'),
  said(KIM, 100, '🎉🍰', { state: 'delivered' }),
  said(KIM, 90, '', { attachments: [SUNSET], state: 'sent' }),
  said(KIM, 80, 'With words under it', { attachments: [HILLS, COFFEE], state: 'delivered', edited: true }),
  said(KIM, 70, '', {
    attachments: [
      {
        ...SUNSET,
        id: 'f',
        kind: 'file',
        name: 'Timetable of the ferries for the whole summer 2026.pdf',
        size: 412_000,
      },
    ],
    state: 'seen',
  }),
  said(JONAS, 60, 'Look at this', { forwarded: true, pinned: true }),
  said(JONAS, 59, '', { unsent: true }),
  said(
    JONAS,
    50,
    'Averyveryverylongwordthathasnoplacetobreakatallandgoesonandonandonuntilitmustbebrokensomewhereanyway',
  ),
  said(KIM, 20, 'This one waits', { seq: null, state: 'queued' }),
  said(KIM, 10, 'This one did not make it', { seq: null, state: 'failed' }),
  said(KIM, 9, '', {
    attachments: [COFFEE, HILLS, SUNSET, { ...COFFEE, id: 'c2' }, { ...COFFEE, id: 'c3' }].map((a) => ({
      ...a,
      progress: 0.4,
    })),
    seq: null,
    state: 'sending',
  }),
];

export function days(messages: ShownMessage[], firstUnread: number | null = null) {
  return layOut(
    messages.map(({ key, seq, sender, createdAt, system }) => ({
      key,
      seq,
      senderId: sender.id,
      createdAt,
      isSystem: system !== undefined,
    })),
    firstUnread,
  );
}
