/**
 * Writes what the picker's emoji are called in each language into `src/ui/emoji-names/`, from the annotations of the
 * Unicode CLDR: `node scripts/emoji-names.mjs FOLDER`, where FOLDER is the unpacked package `cldr-annotations-full`. To be
 * run when the picker's emoji or the languages change.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const LANGUAGES = ['en', 'de', 'ar', 'ja'];
/** Words beyond these are far-fetched, and every word is loaded with the picker. */
const WORDS_MAX = 6;

const folder = process.argv[2];
const ui = fileURLToPath(new URL('../src/ui/', import.meta.url));
const emoji = [...readFileSync(`${ui}emoji.ts`, 'utf8').matchAll(/^ {6}'([^']+)',$/gm)]
  .flatMap(([, row]) => row.split(' '))
  .filter((each) => /\p{Emoji}/u.test(each));

for (const language of LANGUAGES) {
  const file = path.join(folder, 'annotations', language, 'annotations.json');
  const { annotations } = JSON.parse(readFileSync(file, 'utf8')).annotations;
  const names = emoji.map((each) => [each, wordsOf(annotations[each.replaceAll('\ufe0f', '')])]);
  const text = JSON.stringify(Object.fromEntries(names), null, 2);
  writeFileSync(`${ui}emoji-names/${language}.json`, `${text}\n`);
  process.stdout.write(
    `${language}: ${names.filter(([, words]) => words !== '').length} of ${emoji.length}\n`,
  );
}

/** The name, and then other words for it. */
function wordsOf(annotation) {
  if (!annotation) return '';
  const [name = ''] = annotation.tts ?? [];
  const others = (annotation.default ?? []).filter((word) => !name.includes(word));
  return [name, ...others].slice(0, WORDS_MAX).join(', ').toLowerCase();
}
