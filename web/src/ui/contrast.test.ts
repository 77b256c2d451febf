import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Theme = 'light' | 'dark';
type Rgb = [number, number, number];

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const root = declarations(css.slice(css.indexOf(':root'), css.indexOf(':root[data-theme')));
const presets = [...css.matchAll(/\[data-accent="(\w+)"\]\s*{([^}]*)}/g)].map(
  ([, name = '', body = '']) => [name, { ...root, ...declarations(body) }] as const,
);
const accents = [['jade', root] as const, ...presets];

const SURFACES = ['bg', 'surface-1', 'surface-2', 'surface-3', 'surface-raised', 'bubble-in'];

describe.each<Theme>(['light', 'dark'])('%s theme', (theme) => {
  const pair = (over: string, under: string, tokens = root) =>
    ratio(colour(tokens, over, theme), colour(tokens, under, theme));

  test.each(SURFACES)('words are readable on %s', (surface) => {
    expect(pair('text', surface)).toBeGreaterThanOrEqual(12);
    expect(pair('text-2', surface)).toBeGreaterThanOrEqual(6);
    expect(pair('text-3', surface)).toBeGreaterThanOrEqual(4.5);
    expect(pair('danger-text', surface)).toBeGreaterThanOrEqual(4.5);
  });

  test('a mention keeps its words readable', () => {
    expect(pair('text', 'mention-bg')).toBeGreaterThanOrEqual(7);
    expect(pair('text-3', 'mention-bg')).toBeGreaterThanOrEqual(4.5);
  });

  test.each(accents)('accent %s carries white and reads as a link', (_, tokens) => {
    expect(pair('on-accent', 'accent', tokens)).toBeGreaterThanOrEqual(5.7);
    expect(pair('on-accent', 'accent-hover', tokens)).toBeGreaterThanOrEqual(4.5);
    expect(pair('text', 'accent-soft', tokens)).toBeGreaterThanOrEqual(7);
    for (const surface of [...SURFACES, 'accent-soft']) {
      expect(pair('accent-text', surface, tokens)).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(accents)('times on an own bubble are readable on %s', (_, tokens) => {
    const accent = colour(tokens, 'accent', theme);
    expect(ratio(blend([255, 255, 255], accent, 0.9), accent)).toBeGreaterThanOrEqual(4.5);
  });

  test('solid danger and the badge carry white', () => {
    expect(pair('on-danger', 'danger')).toBeGreaterThanOrEqual(4.5);
    expect(pair('on-accent', 'badge-muted')).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['bg', 'surface-1', 'surface-2', 'surface-raised'])(
    'outlines, dots and the ring are seen on %s',
    (surface) => {
      expect(pair('border-strong', surface)).toBeGreaterThanOrEqual(3);
      expect(pair('ok', surface)).toBeGreaterThanOrEqual(3);
      expect(pair('focus', surface)).toBeGreaterThanOrEqual(3);
      expect(pair('warn', surface)).toBeGreaterThanOrEqual(4.5);
    },
  );
});

test.each([0, 1, 2, 3, 4, 5, 6, 7])('initials are readable on hue %i', (hue) => {
  const background = colour(root, `hue-${hue}`, 'light');
  expect(ratio(colour(root, 'on-hue', 'light'), background)).toBeGreaterThanOrEqual(4.5);
});

function declarations(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [name, value.trim()]),
  );
}

function colour(tokens: Record<string, string>, name: string, theme: Theme): Rgb {
  const value = tokens[name] ?? '';
  const [, light, dark] = /light-dark\((#\w+),\s*(#\w+)\)/.exec(value) ?? [];
  const hex = light && dark ? { light, dark }[theme] : value;
  if (!/^#[0-9a-f]{6}$/.test(hex)) throw new Error(`--${name} is no plain colour: ${value}`);
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

function blend(over: Rgb, under: Rgb, alpha: number): Rgb {
  return over.map((c, i) => c * alpha + (under[i] ?? 0) * (1 - alpha)) as Rgb;
}

/** The contrast ratio of WCAG 2. */
function ratio(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
