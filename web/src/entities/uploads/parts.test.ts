import { expect, it } from 'vitest';
import { ApiError } from '@/lib/api';
import { PART_BYTES, uploadInParts } from './parts';
import type { Answered, Send, Sending } from './uploader';

const URL_OF_UPLOAD = '/api/v1/uploads/0198';
const ATTACHMENT = { id: 'a', kind: 'file', name: 'long.bin', size: 1, mime: 'application/octet-stream' };

it('sends a file part by part, with its name and description', async () => {
  const server = new ModelUploads();
  const began: string[] = [];
  const file = new File([new Uint8Array(PART_BYTES + 5)], 'löng.bin');
  const shares: number[] = [];
  const job = { file, alt: 'a dog', onProgress: (share: number) => shares.push(share) };
  const resumption = { url: undefined, began: (url: string) => began.push(url) };
  await expect(uploadInParts(server.send, { ...job, resumption })).resolves.toEqual(ATTACHMENT);
  expect(began).toEqual([URL_OF_UPLOAD]);
  expect(server.asked.map(({ method, body }) => [method, body?.size])).toEqual([
    ['POST', undefined],
    ['PATCH', PART_BYTES],
    ['PATCH', 5],
  ]);
  expect(server.asked[0]?.headers['Upload-Metadata']).toBe('name bMO2bmcuYmlu,alt YSBkb2c=');
  expect(shares).toEqual([0, PART_BYTES / file.size]);
});

it('goes on where it was cut off', async () => {
  const server = new ModelUploads();
  server.cutOffAfter = 700;
  const file = new File([new Uint8Array(1_000)], 'long.bin');
  let url: string | undefined;
  const upload = () =>
    uploadInParts(server.send, {
      file,
      alt: '',
      onProgress: () => {},
      resumption: { url, began: (begun) => (url = begun) },
    });
  await expect(upload()).rejects.toMatchObject({ code: 'offline', isTransient: true });
  await expect(upload()).resolves.toEqual(ATTACHMENT);
  expect(server.asked.slice(2).map(({ method, body }) => [method, body?.size])).toEqual([
    ['HEAD', undefined],
    ['PATCH', 300],
  ]);
  expect(server.asked.at(-1)?.headers['Upload-Offset']).toBe('700');
});

it('learns what became of an upload whose last answer was lost', async () => {
  const server = new ModelUploads();
  server.held = server.length = 1_000;
  const file = new File([new Uint8Array(1_000)], 'long.bin');
  const resumption = { url: URL_OF_UPLOAD, began: () => {} };
  const job = { file, alt: '', onProgress: () => {}, resumption };
  await expect(uploadInParts(server.send, job)).resolves.toEqual(ATTACHMENT);
  expect(server.asked.at(-1)?.body?.size).toBe(0);
});

it('begins anew when the server has forgotten it', async () => {
  const server = new ModelUploads();
  const began: string[] = [];
  const file = new File([new Uint8Array(10)], 'long.bin');
  const resumption = { url: '/api/v1/uploads/gone', began: (url: string) => began.push(url) };
  const job = { file, alt: '', onProgress: () => {}, resumption };
  await expect(uploadInParts(server.send, job)).resolves.toEqual(ATTACHMENT);
  expect(began).toEqual([URL_OF_UPLOAD]);
});

it.each([
  [423, 'unavailable', true],
  [409, 'unavailable', true],
  [413, 'too_large', false],
  [503, 'unavailable', true],
])('a refusal with %d is %s', async (status, code, isTransient) => {
  const server = new ModelUploads();
  server.refusal = status;
  const file = new File([new Uint8Array(10)], 'long.bin');
  const job = { file, alt: '', onProgress: () => {}, resumption: { url: undefined, began: () => {} } };
  await expect(uploadInParts(server.send, job)).rejects.toMatchObject({ code, isTransient });
});

/** A server that speaks tus 1.0 about one upload. */
class ModelUploads {
  readonly asked: Sending[] = [];
  held = 0;
  length = 0;
  /** The line breaks, once, when so many bytes are there. */
  cutOffAfter: number | undefined;
  /** Parts are refused with this status. */
  refusal: number | undefined;

  readonly send: Send = async (sending) => {
    this.asked.push(sending);
    expect(sending.headers['Tus-Resumable']).toBe('1.0.0');
    if (sending.method === 'POST') {
      this.length = Number(sending.headers['Upload-Length']);
      return answer(201, { Location: URL_OF_UPLOAD });
    }
    if (sending.url !== URL_OF_UPLOAD) return answer(404);
    if (sending.method === 'HEAD') return answer(200, { 'Upload-Offset': `${this.held}` });
    if (this.refusal !== undefined) return answer(this.refusal);
    expect(Number(sending.headers['Upload-Offset'])).toBe(this.held);
    if (this.cutOffAfter !== undefined) {
      this.held = this.cutOffAfter;
      this.cutOffAfter = undefined;
      throw new ApiError({ code: 'offline', message: 'cut off' });
    }
    this.held += sending.body?.size ?? 0;
    if (this.held === this.length) return answer(200, {}, ATTACHMENT);
    return answer(204, { 'Upload-Offset': `${this.held}` });
  };
}

function answer(status: number, headers: Record<string, string> = {}, body: unknown = null): Answered {
  return { status, body, header: (name) => headers[name] ?? null };
}
