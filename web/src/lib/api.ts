import type { AttachmentId, ErrorBody, ErrorCode } from '@/protocol';

/** Why something did not work: the server's word, or that it could not be reached in time. */
export type ApiErrorCode = ErrorCode | 'offline' | 'timeout';

/** A refusal, from REST or from the ack of a socket event. Decide by `code`; `message` is an English sentence. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** The part of the request that is to blame, as a path. */
  readonly field: string | undefined;
  /** The number that was exceeded, in the unit of the limit. */
  readonly limit: number | undefined;
  /** How long to wait before it is worth trying again. */
  readonly retryAfterMs: number | undefined;
  /** The message that a `client_id` already belongs to. */
  readonly seq: number | undefined;

  constructor(body: Omit<ErrorBody, 'code'> & { code: ApiErrorCode }) {
    super(body.message);
    this.code = body.code;
    this.field = body.field;
    this.limit = body.limit;
    this.retryAfterMs = body.retry_after_ms;
    this.seq = body.seq;
  }

  /** It may go through unchanged at another time: nothing about the request itself was wrong. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.code);
  }

  /** Whatever was thrown, as an `ApiError`; what is not one already becomes `internal`. */
  static from(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new ApiError({ code: 'internal', message });
  }
}

const TRANSIENT: ReadonlySet<ApiErrorCode> = new Set([
  'offline',
  'timeout',
  'unavailable',
  'rate_limited',
  'internal',
]);

export const API_ROOT = '/api/v1';

/** Proves to the server that a request of ours was made by our code and not by a foreign page's form. */
export const OWN_HEADERS = { 'X-Kith': '1' } as const;

/** A request of REST that takes longer than this is given up. Uploads are not bound by it. */
const REQUEST_TIMEOUT_MS = 20_000;

/** The REST interface. Every method answers the body, or throws an {@link ApiError}. */
export interface Api {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body?: unknown): Promise<Answer>;
  put<Answer>(path: string, body: unknown): Promise<Answer>;
  patch<Answer>(path: string, body: unknown): Promise<Answer>;
  delete<Answer>(path: string, body?: unknown): Promise<Answer>;
}

/** Speaks to the server that served this page, signed in by its cookie. */
export function createApi(fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis)): Api {
  const call = <Answer>(method: string, path: string, body?: unknown): Promise<Answer> =>
    request(fetch, method, path, body) as Promise<Answer>;
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path, body) => call('DELETE', path, body),
  };
}

/** Where the bytes of an attachment are. */
export function attachmentUrl(id: AttachmentId): string {
  return `${API_ROOT}/attachments/${id}`;
}

/** Where a photo is, scaled to fit a square of this many pixels (320 or 1280). */
export function thumbnailUrl(id: AttachmentId, size: 320 | 1280): string {
  return `${API_ROOT}/attachments/${id}/thumbnail?size=${size}`;
}

async function request(
  fetch: typeof globalThis.fetch,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  const response = await reach(fetch, `${API_ROOT}${path}`, {
    method,
    credentials: 'same-origin',
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    headers: body === undefined ? OWN_HEADERS : { ...OWN_HEADERS, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await parse(response);
  if (!response.ok) throw refusal(response.status, answer);
  return answer;
}

async function reach(fetch: typeof globalThis.fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    throw new ApiError(
      timedOut
        ? { code: 'timeout', message: 'The server did not answer in time.' }
        : { code: 'offline', message: 'The server cannot be reached.' },
    );
  }
}

/** The JSON of a response, or nothing when it has none. */
async function parse(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => '');
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The error that a status and the body of an answer tell; also used for uploads, which do not go through `fetch`. */
export function refusal(status: number, body: unknown): ApiError {
  if (isErrorBody(body)) return new ApiError(body);
  return new ApiError({ code: codeOf(status), message: `The server answered ${status}.` });
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null || !('code' in body)) return false;
  return typeof body.code === 'string' && 'message' in body && typeof body.message === 'string';
}

/** What a status means when something between us and the server answered in its place. */
function codeOf(status: number): ErrorCode {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 413:
      return 'too_large';
    case 429:
      return 'rate_limited';
    case 502:
    case 503:
    case 504:
      return 'unavailable';
    default:
      return status >= 500 ? 'internal' : 'invalid';
  }
}
