import type { Page } from '@playwright/test';
import { expect } from './patience';

/** Until the worker has all of the client, and the cache holds these words. */
export async function isKept(page: Page, words: string): Promise<void> {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const stored = () =>
    page.evaluate(
      () =>
        new Promise<string>((resolve, reject) => {
          const opening = indexedDB.open('kith');
          opening.addEventListener('error', () => reject(opening.error));
          opening.addEventListener('success', () => {
            const reading = opening.result.transaction('messages').objectStore('messages').getAll();
            reading.addEventListener('success', () => {
              opening.result.close();
              resolve(JSON.stringify(reading.result));
            });
          });
        }),
    );
  await expect.poll(stored).toContain(words);
}
