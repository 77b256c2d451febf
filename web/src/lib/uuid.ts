let lastTime = 0;
let counter = 0;

/** 12 bits of RFC 9562's `rand_a`, spent on a counter so that ids made within one millisecond keep their order. */
const COUNTER_MAX = 0xfff;

/**
 * A UUIDv7: sorts by the time it was made, and two of one tab never compare the wrong way round, even when the clock
 * is turned back.
 */
export function uuidv7(now: number = Date.now()): string {
  advance(now);
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(lastTime / 2 ** 32));
  view.setUint32(2, lastTime % 2 ** 32);
  view.setUint16(6, 0x7000 | counter);
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  return format(bytes);
}

function advance(now: number): void {
  if (now > lastTime) {
    lastTime = now;
    counter = 0;
  } else if (counter < COUNTER_MAX) {
    counter += 1;
  } else {
    lastTime += 1;
    counter = 0;
  }
}

function format(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
