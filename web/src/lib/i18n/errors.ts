import { ApiError } from '@/lib/api';
import { t } from './index';

/** What went wrong, in words a person can act on. `meanings` replaces the general sentence of a code where it is known better. */
export function errorText(error: unknown, meanings: Partial<Record<ApiError['code'], string>> = {}): string {
  const { code, limit, retryAfterMs } = ApiError.from(error);
  const own = meanings[code];
  if (own) return t(own);
  return t(`error.${code}`, {
    limit: limit ?? 0,
    seconds: Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1000)),
  });
}
