/** The value below which so many per cent of the samples lie. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const index = Math.ceil((percent / 100) * sorted.length) - 1;
  const value = sorted[Math.max(0, index)];
  if (value === undefined) throw new Error('Nothing was measured.');
  return value;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

/** One after another, `times` times, with what each returned. */
export async function repeat<Result>(
  times: number,
  deed: (turn: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let turn = 0; turn < times; turn += 1) results.push(await deed(turn));
  return results;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
