const JUMBO_EMOJI_MAX = 3;

/** A longer text is no jumbo, whatever it says: the longest emoji have about 15 units. */
const JUMBO_UTF16_MAX = 128;

/** Emoji that are no digit, key or letter of a flag. */
const PICTURE = String.raw`(?![0-9#*\p{Regional_Indicator}])\p{Emoji}`;
const VARIATION = String.raw`(?:\ufe0f|\p{Emoji_Modifier}|[\u{e0020}-\u{e007e}]+\u{e007f})?`;

/** What is text by default (☺, ™) is a picture only if something after it says so. */
const SHOWN = String.raw`(?=\p{Emoji_Presentation}|.[\ufe0f\u200d\p{Emoji_Modifier}])`;

/** One emoji, after UTS #51, section 1.4.9: a flag, a keycap, or a picture, perhaps joined with others. */
const EMOJI = [
  String.raw`\p{Regional_Indicator}{2}`,
  String.raw`[0-9#*]\ufe0f\u20e3`,
  String.raw`${SHOWN}${PICTURE}${VARIATION}(?:\u200d${PICTURE}${VARIATION})*`,
].join('|');

const JUMBO = new RegExp(String.raw`^\s*(?:(?:${EMOJI})\s*){1,${JUMBO_EMOJI_MAX}}$`, 'u');

/** Nothing but one to three emoji, which are shown large and without a bubble. */
export function isJumbo(text: string): boolean {
  return text.length <= JUMBO_UTF16_MAX && JUMBO.test(text);
}
