import { readFileSync } from 'node:fs';

/** A file as Playwright puts it into a file chooser. */
export type Upload = { name: string; mimeType: string; buffer: Buffer };

/** What the maker of the photos wrote into every hiding place that a JPEG has for words. */
export const CANARY = 'KITH-CANARY-48.8584N-2.2945E';

/** A photo of twelve megapixels with EXIF, GPS, XMP and more, lying on its side as telephones store it. */
export function largePhoto(name = 'summit.jpg'): Upload {
  return jpeg(name, process.env.KITH_PHOTO);
}

/** The same, but quick to send. */
export function smallPhoto(name: string): Upload {
  return jpeg(name, process.env.KITH_PHOTO_SMALL);
}

export function textFile(name: string, text: string): Upload {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(text) };
}

function jpeg(name: string, file: string | undefined): Upload {
  if (!file) throw new Error('The photos are made before the journeys begin, and are not there.');
  return { name, mimeType: 'image/jpeg', buffer: readFileSync(file) };
}
