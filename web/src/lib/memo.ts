/** Entries that one memo keeps; beyond it the oldest goes. A list on screen needs far fewer. */
const MEMO_ENTRIES_MAX = 2_000;

/**
 * A selector of one thing among many. It keeps the last result of every key and computes it anew only when one of its
 * inputs is another object, so that a component which takes an id renders only when *its* thing changed.
 *
 * `inputs` must be cheap and return objects that live in the state; `compute` makes of them what the component wants.
 */
export function memoByKey<
  State,
  Args extends readonly (string | number)[],
  Inputs extends readonly unknown[],
  Result,
>(
  inputs: (state: State, ...args: Args) => Inputs,
  compute: (inputs: Inputs, ...args: Args) => Result,
): (state: State, ...args: Args) => Result {
  const kept = new Map<string, { inputs: Inputs; result: Result }>();
  return (state, ...args) => {
    const key = args.join(' ');
    const now = inputs(state, ...args);
    const last = kept.get(key);
    if (last && sameItems(last.inputs, now)) return last.result;
    const result = compute(now, ...args);
    kept.delete(key);
    kept.set(key, { inputs: now, result });
    if (kept.size > MEMO_ENTRIES_MAX) dropOldest(kept);
    return result;
  };
}

/** The same, of one thing: recomputed only when an input is another object. */
export function memo<State, Inputs extends readonly unknown[], Result>(
  inputs: (state: State) => Inputs,
  compute: (inputs: Inputs) => Result,
): (state: State) => Result {
  let last: { inputs: Inputs; result: Result } | undefined;
  return (state) => {
    const now = inputs(state);
    if (!last || !sameItems(last.inputs, now)) last = { inputs: now, result: compute(now) };
    return last.result;
  };
}

/** `next`, or `last` when both hold the same items: a list that did not change stays the same object. */
export function keepIfSame<Item>(last: readonly Item[] | undefined, next: readonly Item[]): readonly Item[] {
  return last && sameItems(last, next) ? last : next;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
}

function dropOldest(kept: Map<string, unknown>): void {
  const oldest = kept.keys().next();
  if (!oldest.done) kept.delete(oldest.value);
}
