import { API_ROOT, ApiError, OWN_HEADERS, refusal } from '@/lib/api';
import type { Attachment } from '@/protocol';

/** From this size on a file goes up in parts, and after a break from where it stopped. */
export const IN_PARTS_FROM_BYTES = 1_048_576;

/** Where an upload that was cut off goes on. */
export interface Resumption {
  /** What the server called the upload when it began, if it has. */
  readonly url: string | undefined;
  /** It has begun now, under this URL. */
  began(url: string): void;
}

/** Sends the bytes of files. */
export interface Uploader {
  /**
   * Uploads a file and answers the attachment that it became; throws an `ApiError`. `onProgress` is told a share from 0
   * to 1, at most once a frame or so. A large file that comes with a `resumption` goes on where it was cut off.
   */
  upload(
    file: File,
    alt: string,
    onProgress: (share: number) => void,
    resumption?: Resumption,
  ): Promise<Attachment>;
}

/** One request that sends bytes, or asks about them. */
export interface Sending {
  readonly method: 'POST' | 'HEAD' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Blob;
  /** Told how many bytes of the body have gone. */
  onSent?(bytes: number): void;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  header(name: string): string | null;
}

/** Sends one request; rejects only when no answer came. */
export type Send = (sending: Sending) => Promise<Answered>;

/** By XMLHttpRequest, since `fetch` does not tell how far an upload has got. */
export const xhrUploader: Uploader = {
  upload: async (file, alt, onProgress, resumption) => {
    if (resumption && file.size > IN_PARTS_FROM_BYTES) {
      const { uploadInParts } = await import('./parts');
      return uploadInParts(send, { file, alt, onProgress, resumption });
    }
    const answer = await send({
      method: 'POST',
      url: uploadUrl(file.name, alt),
      headers: { 'Content-Type': file.type || 'application/octet-stream' },
      body: file,
      onSent: (bytes) => onProgress(bytes / file.size),
    });
    if (answer.status < 200 || answer.status >= 300) throw refusal(answer.status, answer.body);
    return answer.body as Attachment;
  },
};

const send: Send = ({ method, url, headers, body, onSent }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries({ ...OWN_HEADERS, ...headers })) {
      request.setRequestHeader(name, value);
    }
    request.responseType = 'json';
    if (onSent) request.upload.addEventListener('progress', ({ loaded }) => onSent(loaded));
    request.addEventListener('load', () =>
      resolve({
        status: request.status,
        body: request.response,
        header: (name) => request.getResponseHeader(name),
      }),
    );
    request.addEventListener('error', () =>
      reject(new ApiError({ code: 'offline', message: 'The upload was cut off.' })),
    );
    request.send(body ?? null);
  });

function uploadUrl(name: string, alt: string): string {
  const query = new URLSearchParams(alt === '' ? { name } : { name, alt });
  return `${API_ROOT}/attachments?${query}`;
}
