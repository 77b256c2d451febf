import { useEffect, useState } from 'react';

/** Typing that pauses less than this is still one word. */
const PAUSE_MS = 180;

/**
 * What is known about the question that is asked now. While it is on its way (`busy`), `answer` is that to an earlier
 * one: to be looked at in the meantime, not to be acted on.
 */
export type Latest<Answer> = { answer: Answer | undefined; busy: boolean; error: unknown };

type Answered<Answer> = { key: string | undefined; answer: Answer | undefined; error: unknown };

const NOTHING = { key: undefined, answer: undefined, error: undefined };

/**
 * Asks again whenever `key` changes, a moment after it came to rest, and shows only the answer to the last question: a
 * slow one to an earlier question never overwrites it. `undefined` asks nothing.
 */
export function useLatest<Answer>(
  key: string | undefined,
  ask: (key: string) => Promise<Answer>,
): Latest<Answer> {
  const [last, setLast] = useState<Answered<Answer>>(NOTHING);
  useEffect(() => {
    if (key === undefined) {
      setLast(NOTHING);
      return undefined;
    }
    let isCurrent = true;
    const timer = setTimeout(() => {
      ask(key).then(
        (answer) => isCurrent && setLast({ key, answer, error: undefined }),
        (error: unknown) => isCurrent && setLast({ key, answer: undefined, error }),
      );
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
    // `ask` is a new function in every render; the key says all that matters.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key]);
  // Compared in the render itself, so that no answer is ever shown as that to other words.
  const busy = key !== last.key;
  return { answer: last.answer, busy: key !== undefined && busy, error: busy ? undefined : last.error };
}
