import { API_ROOT, ApiError, refusal } from '@/lib/api';
import type { Attachment } from '@/protocol';
import type { Answered, Resumption, Send } from './uploader';

/** Bytes of one request: few enough for what lies between us and the server, many enough to keep the line busy. */
export const PART_BYTES = 8_388_608;

const TUS = { 'Tus-Resumable': '1.0.0' } as const;

interface Job {
  readonly file: File;
  readonly alt: string;
  readonly onProgress: (share: number) => void;
  readonly resumption: Resumption;
}

/**
 * Uploads a file by tus 1.0: asks how far it has come, if it had begun, and sends the rest part by part. What breaks off
 * is an `ApiError` that may go through another time; the server keeps what it has for a day.
 */
export async function uploadInParts(send: Send, job: Job): Promise<Attachment> {
  const { file, onProgress } = job;
  let { url, offset } = (await goOn(send, job)) ?? (await begin(send, job));
  for (;;) {
    const from = offset;
    onProgress(from / file.size);
    const answer = await send({
      method: 'PATCH',
      url,
      headers: {
        ...TUS,
        'Upload-Offset': `${from}`,
        'Content-Type': 'application/offset+octet-stream',
      },
      body: file.slice(from, from + PART_BYTES),
      onSent: (bytes) => onProgress((from + bytes) / file.size),
    });
    if (!isOk(answer)) throw refused(answer);
    if (answer.body) return answer.body as Attachment;
    offset = offsetOf(answer);
    if (offset <= from) throw unclear();
  }
}

type Begun = { url: string; offset: number };

/** Where it stopped; nothing when it had not begun, or the server has forgotten it. */
async function goOn(send: Send, { resumption }: Job): Promise<Begun | undefined> {
  const { url } = resumption;
  if (url === undefined) return undefined;
  const answer = await send({ method: 'HEAD', url, headers: TUS });
  if (answer.status === 404 || answer.status === 410) return undefined;
  if (!isOk(answer)) throw refused(answer);
  return { url, offset: offsetOf(answer) };
}

async function begin(send: Send, { file, alt, resumption }: Job): Promise<Begun> {
  const words = Object.entries(alt === '' ? { name: file.name } : { name: file.name, alt });
  const answer = await send({
    method: 'POST',
    url: `${API_ROOT}/uploads`,
    headers: {
      ...TUS,
      'Upload-Length': `${file.size}`,
      'Upload-Metadata': words.map(([word, text]) => `${word} ${base64(text)}`).join(','),
    },
  });
  const url = answer.header('Location');
  if (!isOk(answer)) throw refused(answer);
  if (url === null) throw unclear();
  resumption.began(url);
  return { url, offset: 0 };
}

function isOk({ status }: Answered): boolean {
  return status >= 200 && status < 300;
}

/**
 * The server is still busy with the part that broke off, or has more of it than we know: asking again finds out. Any
 * other refusal is about the file.
 */
function refused({ status, body }: Answered): ApiError {
  if (status !== 409 && status !== 423) return refusal(status, body);
  return new ApiError({ code: 'unavailable', message: 'The upload has to be taken up again.' });
}

function offsetOf(answer: Answered): number {
  const offset = Number(answer.header('Upload-Offset') ?? Number.NaN);
  if (!Number.isSafeInteger(offset) || offset < 0) throw unclear();
  return offset;
}

/** Something between us and the server swallows what it says. */
function unclear(): ApiError {
  return new ApiError({
    code: 'unavailable',
    message: 'The server did not say how far the upload has come.',
  });
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
