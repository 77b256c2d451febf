/**
 * The service worker: keeps one whole build of the client on the device, so that it starts without a network, and so that
 * an upgraded server takes no part away from the pages that are open. A newer build waits until its reader accepts it, or
 * until the last page is closed.
 */
import { type Build, Shell } from './shell';

/** Put in when the client is built. */
declare const KITH_BUILD: Build;

declare const self: ServiceWorkerGlobalScope;

const shell = new Shell(KITH_BUILD, self.caches, (...request) => self.fetch(...request));

self.addEventListener('install', (event) => event.waitUntil(shell.install()));

self.addEventListener('activate', (event) => {
  // The page that registered the worker is to have its later parts from it as well.
  event.waitUntil(Promise.all([shell.retire(), self.clients.claim()]));
});

self.addEventListener('fetch', (event) => {
  const path = shell.fileFor(event.request, self.location.origin);
  if (path !== undefined) event.respondWith(shell.serve(path, event.request));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.tag));
});

self.addEventListener('message', (event) => {
  if (event.data === 'accept') void self.skipWaiting();
});

/** To the conversation, in a page that is open already or in a new one. */
async function lead(conversationId: string): Promise<void> {
  const [page] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!page) await self.clients.openWindow(`/c/${conversationId}`);
  else {
    await page.focus();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only pages of this origin are matched
    page.postMessage({ open: conversationId });
  }
}
