/**
 * Looks at every view of the gallery in the pseudo-language, whose sentences stand in ⟦brackets⟧, at the widths of small
 * telephones: words without brackets are written in the sources instead of the catalogue, words wider than their place
 * are cut in some language. Names and what people wrote are neither. Prints what it finds and exits 1.
 *
 *   npm run pseudo [-- --shots FOLDER]
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { createServer } from 'vite';

const WIDTHS = [320, 390];
const HEIGHT = 844;

/** The live client by its paths, beside the views that stand still. */
const VIEWS = [
  ...['signIn', 'ended', 'register', 'demo', 'list', 'thread', 'kinds'].map((view) => ({
    name: view,
    view,
    path: '',
  })),
  ...[
    '/',
    '/c/conversation-1',
    '/c/conversation-1/details',
    '/people',
    '/settings',
    '/settings/profile',
    '/settings/appearance',
    '/settings/notifications',
    '/settings/shortcuts',
    '/settings/language',
    '/settings/privacy',
    '/settings/security',
    '/settings/about',
  ].map((path) => ({ name: `live${path.replaceAll('/', '-')}`, view: 'live', path })),
];

/** Sizes are written by Intl. */
const UNITS = ['kB', 'MB', 'bytes'];

const gallery = fileURLToPath(new URL('../gallery/', import.meta.url));
const shots = process.argv.includes('--shots')
  ? process.argv[process.argv.indexOf('--shots') + 1]
  : undefined;

/** What the gallery makes people be called and say, and words that are the same in every language. */
const said = [
  ...['fixtures.ts', 'views.tsx', 'model-line.ts'].flatMap((name) => literals(`${gallery}${name}`)),
  ...Object.values(languageNames()),
  ...dateWords(),
  ...UNITS,
  'Kith',
].map(plain);

const server = await createServer({ logLevel: 'silent', server: { port: 0, host: '127.0.0.1', hmr: false } });
await server.listen();
const browser = await chromium.launch({
  executablePath: process.env.KITH_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
let faults = 0;
let sentences = 0;
try {
  if (shots) mkdirSync(shots, { recursive: true });
  for (const width of WIDTHS) for (const view of VIEWS) await look(view, width);
} finally {
  await browser.close();
  await server.close();
}
process.stdout.write(
  `${VIEWS.length} views at ${WIDTHS.join(' and ')} px: ${sentences} sentences, ${faults} faults\n`,
);
process.exitCode = faults > 0 || sentences === 0 ? 1 : 0;

async function look({ name, view, path }, width) {
  const page = await browser.newPage({ viewport: { width, height: HEIGHT }, locale: 'en-GB' });
  const query = new URLSearchParams({ view, lang: 'en-XA', ...(path ? { path } : {}) });
  await page.goto(`${server.resolvedUrls.local[0]}gallery/index.html?${query}`);
  await page.waitForFunction(() => document.body.innerText.includes('⟦'), undefined, { timeout: 20_000 });
  await page.waitForTimeout(500);
  const { texts, cut } = await page.evaluate(inspect);
  sentences += texts.filter((text) => text.includes('⟦')).length;
  const raw = texts.filter(isRaw);
  for (const text of raw) report(name, width, `raw: ${text}`);
  for (const text of cut) report(name, width, `cut: ${text}`);
  if (shots) await page.screenshot({ path: `${shots}/${name}-${width}.png` });
  await page.close();
}

function report(name, width, fault) {
  faults += 1;
  process.stdout.write(`${name} at ${width} px: ${fault}\n`);
}

/** Runs in the page: all that is read or heard, and the sentences that are wider than their place. */
function inspect() {
  const texts = [];
  const cut = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.data.trim();
    if (!text || !element?.checkVisibility() || element.closest('script, style, .visually-hidden')) continue;
    texts.push(text);
    const isSentence = /^⟦[^⟦⟧]*⟧$/.test(text);
    if (isSentence && isCut(node)) cut.push(text);
  }
  for (const element of document.body.querySelectorAll('*')) {
    for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'aria-description']) {
      const text = element.getAttribute(name)?.trim();
      if (text) texts.push(text);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth)
    cut.push(`the page, ${document.documentElement.scrollWidth} px`);
  return { texts: [...new Set(texts)], cut: [...new Set(cut)] };

  /** Whether words reach out of their own box, or of one that clips them. Scrollers show all in the end. */
  function isCut(node) {
    const element = node.parentElement;
    if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1) return true;
    const range = document.createRange();
    range.selectNodeContents(node);
    const words = range.getBoundingClientRect();
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const { overflowX } = getComputedStyle(box);
      if (overflowX === 'auto' || overflowX === 'scroll') return false;
      const { left, right } = box.getBoundingClientRect();
      if (overflowX !== 'visible' && (words.right > right + 1 || words.left < left - 1)) return true;
    }
    return false;
  }
}

/** Whether something is left once the sentences, the names, the dates and what people wrote are taken away. */
function isRaw(text) {
  let rest = text;
  while (/⟦[^⟦⟧]*⟧/.test(rest)) rest = rest.replace(/⟦[^⟦⟧]*⟧/g, ', ');
  return rest
    .split(/[,;:·…⟦⟧\n]\s*|\s{2,}/)
    .map(plain)
    .some((part) => isWords(part) && !said.some((known) => ` ${known} `.includes(` ${part} `)));
}

/** Two letters at most are the initials of an avatar. */
function isWords(part) {
  return (part.match(/\p{L}/gu)?.length ?? 0) > 2;
}

function plain(text) {
  return text
    .replace(/[^\p{L} ]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

function literals(file) {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/(['"`])((?:\\.|(?!\1)[^\\\n])+)\1/g)].flatMap(([, , text]) =>
    text.split(/\$\{[^}]*\}|\\n/),
  );
}

function languageNames() {
  return Object.fromEntries(
    ['en', 'de', 'ar', 'ja'].map((tag) => [tag, new Intl.DisplayNames(tag, { type: 'language' }).of(tag)]),
  );
}

/** Weekdays and months in both lengths, and the units of sizes. */
function dateWords() {
  const days = Array.from({ length: 366 }, (_, day) => new Date(2024, 0, 1 + day));
  return days.flatMap((day) =>
    ['short', 'long'].flatMap((length) => [
      day.toLocaleDateString('en-GB', { weekday: length, day: 'numeric', month: 'long' }),
      day.toLocaleDateString('en-GB', { weekday: length }),
      day.toLocaleDateString('en-GB', { day: 'numeric', month: length }),
    ]),
  );
}
