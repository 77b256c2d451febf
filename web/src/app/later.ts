import { useEffect, useMemo, useRef } from 'react';
import { beforeLeaving } from '@/lib/leaving';

/**
 * Does something once the calls for it have paused for `pauseMs`, with the last of them. When the component or the
 * page goes it is done at once, so that nothing is lost; `drop` forgets it.
 */
export function useLater<Argument>(deed: (argument: Argument) => void, pauseMs: number) {
  const current = useRef(deed);
  current.current = deed;
  const later = useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let waiting: { argument: Argument } | undefined;
    const flush = () => {
      clearTimeout(timer);
      const due = waiting;
      waiting = undefined;
      if (due) current.current(due.argument);
    };
    return {
      run: (argument: Argument) => {
        clearTimeout(timer);
        waiting = { argument };
        timer = setTimeout(flush, pauseMs);
      },
      drop: () => {
        clearTimeout(timer);
        waiting = undefined;
      },
      flush,
    };
  }, [pauseMs]);
  useEffect(() => {
    const stay = beforeLeaving(later.flush);
    return () => {
      stay();
      later.flush();
    };
  }, [later]);
  return later;
}
