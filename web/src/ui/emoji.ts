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

/** Six that answer most messages. */
export const QUICK_REACTIONS = ['👍', '❤️', '😂', '😮', '😢', '🎉'] as const;

const RECENT_KEY = 'kith.emoji';
const RECENT_MAX = 16;

/** The emoji that were used last on this device, newest first. */
export function recentEmoji(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(RECENT_KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string').slice(0, RECENT_MAX) : [];
  } catch {
    return [];
  }
}

/** Remembers that an emoji was used. */
export function rememberEmoji(emoji: string): void {
  try {
    const kept = [emoji, ...recentEmoji().filter((each) => each !== emoji)].slice(0, RECENT_MAX);
    localStorage.setItem(RECENT_KEY, JSON.stringify(kept));
  } catch {
    // Without storage the choice is still made; it is only not remembered.
  }
}
