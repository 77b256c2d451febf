import { useEffect, useState } from 'react';

/** Typing that pauses less than this is still one word. */
const PAUSE_MS = 180;

/** The answer to what was asked last, and whether it is still on its way. */
export type Latest<Answer> = { answer: Answer | undefined; busy: boolean; error: unknown };

/**
 * Asks again whenever `key` changes, a moment after it came to rest, and shows only the answer to the last question: a
 * slow one to an earlier question never overwrites it. `undefined` asks nothing.
 */
export function useLatest<Answer>(
  key: string | undefined,
  ask: (key: string) => Promise<Answer>,
): Latest<Answer> {
  const [state, setState] = useState<Latest<Answer>>({ answer: undefined, busy: false, error: undefined });
  useEffect(() => {
    if (key === undefined) {
      setState({ answer: undefined, busy: false, error: undefined });
      return undefined;
    }
    let isCurrent = true;
    setState(({ answer }) => ({ answer, busy: true, error: undefined }));
    const timer = setTimeout(() => {
      ask(key).then(
        (answer) => isCurrent && setState({ answer, busy: false, error: undefined }),
        (error: unknown) => isCurrent && setState({ answer: undefined, busy: false, error }),
      );
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
    // `ask` is a new function in every render; the key says all that matters.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key]);
  return state;
}
