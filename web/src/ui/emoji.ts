/** The emoji people use most, by what they are about. A group's first emoji stands for it. */
export const EMOJI_GROUPS = [
  {
    id: 'faces',
    emoji:
      '😀 😃 😄 😁 😆 😅 😂 🤣 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😗 😚 😋 😛 😜 🤪 😝 🤗 🤭 🤫 🤔 🫡 🤐 😐 😑 😶 🫥 😏 😒 🙄 😬 😮‍💨 😌 😔 😪 😴 😷 🤒 🤕 🤢 🤧 🥵 🥶 🥴 😵 🤯 🤠 🥳 😎 🤓 🧐 😕 🫤 😟 🙁 😮 😯 😲 😳 🥺 🥹 😨 😰 😥 😢 😭 😱 😖 😞 😓 😩 😫 🥱 😤 😡 😠 🤬 😈 💀 💩 🤡 👻 👽 🤖',
  },
  {
    id: 'people',
    emoji:
      '👍 👎 👌 🤌 🤏 ✌️ 🤞 🫶 🤟 🤘 🤙 👈 👉 👆 👇 ☝️ 👋 🤚 🖐️ ✋ 🖖 👏 🙌 👐 🤲 🤝 🙏 ✍️ 💅 🤳 💪 🫵 👀 👁️ 👂 👃 🧠 🫀 👶 🧒 👦 👧 🧑 👱 👨 🧔 👩 🧓 👴 👵 🙅 🙆 💁 🙋 🤦 🤷 💃 🕺 🚶 🏃 🧘 👪 🫂',
  },
  {
    id: 'hearts',
    emoji:
      '❤️ 🧡 💛 💚 🩵 💙 💜 🖤 🩶 🤍 🤎 💔 ❤️‍🔥 ❤️‍🩹 💕 💞 💓 💗 💖 💘 💝 💯 💢 💥 💫 💦 💨 💬 💭 💤 🔥 ✨ 🌟 ⭐ 🎉 🎊 🎈 🎁 🏆 🥇 ✅ ❌ ❓ ❗ ➕ ♻️',
  },
  {
    id: 'nature',
    emoji:
      '🐶 🐱 🐭 🐹 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐷 🐸 🐵 🙈 🙉 🙊 🐔 🐧 🐦 🦆 🦉 🐴 🦄 🐝 🐛 🦋 🐌 🐞 🐢 🐍 🐙 🦀 🐠 🐟 🐬 🐳 🦈 🐘 🌵 🎄 🌲 🌴 🌱 🍀 🍁 🍄 💐 🌷 🌹 🌻 🌈 ☀️ 🌤️ ☁️ 🌧️ ⛈️ ❄️ ☃️ 🌊 🌍 🌙',
  },
  {
    id: 'food',
    emoji:
      '🍏 🍊 🍋 🍌 🍉 🍇 🍓 🫐 🍒 🍑 🥭 🍍 🥥 🥝 🍅 🥑 🥦 🌶️ 🥕 🧄 🥔 🍞 🥐 🥨 🧀 🥚 🍳 🥞 🥓 🍔 🍟 🍕 🌭 🥪 🌮 🌯 🥗 🍝 🍜 🍲 🍣 🍱 🍚 🍦 🍩 🍪 🎂 🍰 🍫 🍿 ☕ 🍵 🥤 🍺 🍷 🥂 🍸',
  },
  {
    id: 'things',
    emoji:
      '⚽ 🏀 🏈 🎾 🏐 🎱 🏓 🎿 🚲 🏊 🎮 🎲 🧩 🎨 🎬 🎤 🎧 🎸 🎹 🥁 📱 💻 ⌨️ 🖨️ 📷 🎥 📞 💡 🔦 🕯️ 📚 📖 ✏️ 📌 📎 ✂️ 🔑 🔒 🔨 🧰 🧪 💊 🛏️ 🚿 🧹 🛒 💰 💳 ✉️ 📦 📅 ⏰ ⏳ 🚗 🚕 🚌 🚂 ✈️ 🚀 ⛵ 🏠 🏢 🏖️ ⛰️ 🏕️ 🗺️',
  },
] as const;

/** Six that answer most messages, for who has not chosen any yet. */
const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🎉'] as const;

const RECENT_KEY = 'kith.emoji';
const RECENT_MAX = 16;
const COUNTS_KEY = 'kith.emoji.counts';
/** Emoji whose use is counted; with one more, the least used is forgotten. */
const COUNTED_MAX = 64;
const TONE_KEY = 'kith.emoji.tone';

/** The skin tones of Unicode, after the yellow that is none of them. */
export const TONES = ['', '🏻', '🏼', '🏽', '🏾', '🏿'] as const;
export type Tone = (typeof TONES)[number];

/** The six quick reactions, those first that were used most on this device. */
export function quickReactions(): readonly string[] {
  return ranked(counts());
}

/** The six for these counts: the used ones by use, then those that everyone begins with. */
export function ranked(used: Readonly<Record<string, number>>): readonly string[] {
  const all = [...new Set([...Object.keys(used), ...QUICK])];
  const place = (emoji: string) => (QUICK as readonly string[]).indexOf(emoji);
  return all
    .toSorted((a, b) => (used[b] ?? 0) - (used[a] ?? 0) || place(a) - place(b))
    .slice(0, QUICK.length);
}

/** The emoji that were used last on this device, newest first. */
export function recentEmoji(): string[] {
  const kept = stored(RECENT_KEY);
  return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string').slice(0, RECENT_MAX) : [];
}

/** Remembers that an emoji was used. */
export function rememberEmoji(emoji: string): void {
  store(RECENT_KEY, [emoji, ...recentEmoji().filter((each) => each !== emoji)].slice(0, RECENT_MAX));
  const used = counts();
  const most = Object.entries({ ...used, [emoji]: (used[emoji] ?? 0) + 1 })
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, COUNTED_MAX);
  store(COUNTS_KEY, Object.fromEntries(most));
}

/** The skin tone chosen on this device. */
export function readTone(): Tone {
  const kept = stored(TONE_KEY);
  return TONES.find((tone) => tone === kept) ?? '';
}

export function setTone(tone: Tone): void {
  store(TONE_KEY, tone);
}

/** An emoji in a skin tone, if it is one person or one hand; any other stays as it is. */
export function toned(emoji: string, tone: Tone): string {
  const [first = '', ...rest] = emoji;
  const isAlone = rest.length === 0 || (rest.length === 1 && rest[0] === '\ufe0f');
  return tone !== '' && isAlone && /\p{Emoji_Modifier_Base}/u.test(first) ? `${first}${tone}` : emoji;
}

function counts(): Record<string, number> {
  const kept = stored(COUNTS_KEY);
  if (typeof kept !== 'object' || kept === null) return {};
  return Object.fromEntries(Object.entries(kept).filter(([, count]) => typeof count === 'number'));
}

function stored(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage the choice is still made; it is only not remembered.
  }
}
