import { API_ROOT, ApiError, OWN_HEADERS, refusal } from '@/lib/api';
import type { Attachment } from '@/protocol';

/** Sends the bytes of files. */
export interface Uploader {
  /**
   * Uploads a file and answers the attachment that it became; throws an `ApiError`. `onProgress` is told a share from 0
   * to 1, at most once a frame or so.
   */
  upload(file: File, alt: string, onProgress: (share: number) => void): Promise<Attachment>;
}

/** By XMLHttpRequest, since `fetch` does not tell how far an upload has got. */
export const xhrUploader: Uploader = {
  upload: (file, alt, onProgress) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', uploadUrl(file.name, alt));
      for (const [name, value] of Object.entries(OWN_HEADERS)) request.setRequestHeader(name, value);
      request.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
      request.responseType = 'json';
      request.upload.addEventListener('progress', ({ loaded, total }) =>
        onProgress(total > 0 ? loaded / total : 0),
      );
      request.addEventListener('load', () => {
        if (request.status >= 200 && request.status < 300) resolve(request.response as Attachment);
        else reject(refusal(request.status, request.response));
      });
      request.addEventListener('error', () => reject(cutOff()));
      request.send(file);
    }),
};

function cutOff(): ApiError {
  return new ApiError({ code: 'offline', message: 'The upload was cut off.' });
}

function uploadUrl(name: string, alt: string): string {
  const query = new URLSearchParams(alt === '' ? { name } : { name, alt });
  return `${API_ROOT}/attachments?${query}`;
}
