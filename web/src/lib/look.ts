import { useState } from 'react';

/** How this device shows the client. Kept on the device: a phone and a desk rarely want the same. */
export type Look = {
  theme: 'system' | 'light' | 'dark';
  accent: Accent;
  density: 'comfortable' | 'compact';
  motion: 'system' | 'less';
  contrast: 'system' | 'more';
  /** 0.85 to 1.5, on top of the browser's own text size. */
  textScale: number;
};

export type Accent = (typeof ACCENTS)[number];

export const ACCENTS = ['jade', 'indigo', 'plum', 'rose', 'amber', 'forest', 'slate'] as const;

export const TEXT_SCALES = [0.85, 1, 1.15, 1.3, 1.5] as const;

export const PLAIN_LOOK: Look = {
  theme: 'system',
  accent: 'jade',
  density: 'comfortable',
  motion: 'system',
  contrast: 'system',
  textScale: 1,
};

/** Read by the inline script of `index.html` before the first paint. */
const KEY = 'kith.look';

/** The stored look; storage that is refused or holds nonsense gives the plain one. */
export function readLook(): Look {
  try {
    return { ...PLAIN_LOOK, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Look>) };
  } catch {
    return PLAIN_LOOK;
  }
}

/** Applies the look at once and keeps it for the next start. */
export function setLook(look: Look): void {
  applyLook(look);
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // A device that keeps nothing still shows the look until it is closed.
  }
}

/** The look, and how to change a part of it. For the one place that is open to choose it. */
export function useLook(): [look: Look, change: (part: Partial<Look>) => void] {
  const [look, setShown] = useState(readLook);
  const change = (part: Partial<Look>) => {
    const next = { ...look, ...part };
    setShown(next);
    setLook(next);
  };
  return [look, change];
}

function applyLook(look: Look): void {
  const { dataset, style } = document.documentElement;
  attribute(dataset, 'theme', look.theme, 'system');
  attribute(dataset, 'accent', look.accent, 'jade');
  attribute(dataset, 'density', look.density, 'comfortable');
  attribute(dataset, 'motion', look.motion, 'system');
  attribute(dataset, 'contrast', look.contrast, 'system');
  style.setProperty('--text-scale', String(look.textScale));
}

function attribute(dataset: DOMStringMap, name: string, value: string, plain: string): void {
  if (value === plain) delete dataset[name];
  else dataset[name] = value;
}
