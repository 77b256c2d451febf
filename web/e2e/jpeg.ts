const [SOI, EOI, SOS, APP1] = [0xd8, 0xd9, 0xda, 0xe1];
/** Tags of a picture that say nothing but how to draw it: which way is up. */
const ORIENTATION = 0x0112;

type Segment = { marker: number; payload: Buffer };

/** Everything in a JPEG that is not the picture, in words: what must not travel with it. */
export function metadataOf(jpeg: Buffer): string[] {
  const { segments, trailing } = walk(jpeg);
  const found = segments.flatMap(({ marker, payload }) => {
    if (isPicture(marker, payload)) return [];
    if (marker !== APP1 || !starts(payload, 'Exif\0\0')) return [`segment ${name(marker)}`];
    return exifTags(payload.subarray(6))
      .filter((tag) => tag !== ORIENTATION)
      .map((tag) => `EXIF tag ${tag.toString(16)}`);
  });
  return trailing > 0 ? [...found, `${trailing} bytes after the end`] : found;
}

/** Whether the segment is needed to draw the picture in its shape and colours. */
function isPicture(marker: number, payload: Buffer): boolean {
  switch (marker) {
    case 0xe0:
      return starts(payload, 'JFIF\0');
    case 0xe2:
      return starts(payload, 'ICC_PROFILE\0');
    case 0xee:
      return starts(payload, 'Adobe') && payload.length === 12;
    default:
      return marker < 0xe0 || (marker > 0xef && marker !== 0xfe);
  }
}

function walk(jpeg: Buffer): { segments: Segment[]; trailing: number } {
  if (jpeg.readUInt16BE(0) !== 0xff00 + SOI) throw new Error('This is not a JPEG.');
  const segments: Segment[] = [];
  let at = 2;
  for (;;) {
    while (jpeg[at] === 0xff && jpeg[at + 1] === 0xff) at += 1;
    if (jpeg[at] !== 0xff) throw new Error(`There is no marker at byte ${at}.`);
    const marker = jpeg[at + 1] ?? 0;
    if (marker === EOI) return { segments, trailing: jpeg.length - at - 2 };
    const length = jpeg.readUInt16BE(at + 2);
    segments.push({ marker, payload: jpeg.subarray(at + 4, at + 2 + length) });
    at += 2 + length;
    if (marker === SOS) at = endOfScan(jpeg, at);
  }
}

/** Where the next marker stands: stuffed bytes (FF 00) and restarts (FF D0 to D7) belong to the scan. */
function endOfScan(jpeg: Buffer, from: number): number {
  let at = from;
  for (;;) {
    at = jpeg.indexOf(0xff, at);
    if (at < 0) throw new Error('The scan does not end.');
    const next = jpeg[at + 1] ?? 0;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
    at += 2;
  }
}

/** The tags of the first directory, and one named 0 when there is more behind it. */
function exifTags(tiff: Buffer): number[] {
  const little = starts(tiff, 'II');
  const short = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const long = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = long(4);
  const count = short(directory);
  const tags = Array.from({ length: count }, (_, index) => short(directory + 2 + 12 * index));
  return long(directory + 2 + 12 * count) === 0 ? tags : [...tags, 0];
}

function starts(bytes: Buffer, words: string): boolean {
  return bytes.subarray(0, words.length).equals(Buffer.from(words, 'latin1'));
}

function name(marker: number): string {
  return marker === 0xfe ? 'COM' : `APP${marker - 0xe0}`;
}
