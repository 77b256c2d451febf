/**
 * Draws the installed client's icons from `public/icon.svg`: as it is, and "maskable", which a launcher cuts to its own
 * shape, so that the colour goes to the edges and the drawing stays within the middle four fifths. Run by hand when the
 * drawing changes; `KITH_CHROMIUM` names the browser.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const SIZES = [192, 512];

/** How much of a maskable icon the drawing takes. */
const MASKABLE_SHARE = 0.8;

const folder = fileURLToPath(new URL('../public', import.meta.url));
const drawing = readFileSync(`${folder}/icon.svg`, 'utf8');
const background = drawing.match(/<rect[^>]*fill="(#[0-9a-f]{6})"/)?.[1];
if (!background)
  throw new Error('The drawing has no rectangle behind it, whose colour the maskable icons take.');

const browser = await chromium.launch({
  executablePath: process.env.KITH_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
for (const size of SIZES) {
  await draw(size, 1, 'transparent', `icon-${size}.png`);
  await draw(size, MASKABLE_SHARE, background, `icon-maskable-${size}.png`);
}
await browser.close();

async function draw(size, share, colour, name) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const look = `margin:0;display:grid;place-items:center;height:100vh;background:${colour}`;
  const image = `<img src="data:image/svg+xml;base64,${btoa(drawing)}" width="${size * share}" height="${size * share}">`;
  await page.setContent(`<body style="${look}">${image}`, { waitUntil: 'load' });
  await page.screenshot({ path: `${folder}/${name}`, omitBackground: true });
  await page.close();
}
