/** However many messages come, it sounds no more often than this. */
const EVERY_MS = 2_000;
const NOTE_S = 0.14;
const LOUDNESS = 0.08;

/** Two soft notes, a fifth apart. */
const NOTES_HZ = [587.33, 880] as const;

let context: AudioContext | undefined;
let quietUntil = 0;

/** Sounds once, unless it did just now. A page that nobody has touched yet stays silent: browsers insist on it. */
export function chime(now = performance.now()): void {
  if (now < quietUntil) return;
  quietUntil = now + EVERY_MS;
  context ??= new AudioContext();
  const { currentTime, destination } = context;
  for (const [index, hertz] of NOTES_HZ.entries()) {
    const start = currentTime + index * NOTE_S;
    const tone = new OscillatorNode(context, { frequency: hertz, type: 'sine' });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_S * 2);
    tone.connect(volume).connect(destination);
    tone.start(start);
    tone.stop(start + NOTE_S * 2);
  }
}
