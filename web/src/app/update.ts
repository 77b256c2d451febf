import { t } from '@/lib/i18n';
import { putAway } from '@/lib/leaving';
import { toast } from '@/ui/toasts';

const WORKER = '/sw.js';

/** How often a page that stays open asks whether there is a newer client. */
const ASK_EVERY_MS = 3_600_000;

/** A newer client that has been found but not fetched after so long is not waited for. */
const PATIENCE_MS = 5_000;

/**
 * Keeps the client on this device, where the browser allows it (in secure contexts), and offers a newer one when there is
 * one. Nothing changes under the reader's hands: the newer one waits until they say so.
 */
export async function keepClient(): Promise<void> {
  try {
    const workers = navigator.serviceWorker;
    const registration = await workers.register(workerUrl(), { updateViaCache: 'none' });
    const offer = () => registration.waiting && workers.controller && offerUpdate();
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', offer);
    });
    offer();
    setInterval(() => registration.update().catch(ignore), ASK_EVERY_MS);
  } catch {
    // Refused, or the server went away meanwhile: the client works from the network, and the next visit tries again.
  }
}

/** Loads the newest client there is, after drafts and whatever else is half done were put away. */
export async function loadUpdate(): Promise<void> {
  await putAway();
  const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : undefined;
  const registration = await workers?.getRegistration();
  const waiting = registration?.waiting ?? (registration && (await newest(registration)));
  if (!workers || !waiting) return location.reload();
  workers.addEventListener('controllerchange', () => location.reload(), { once: true });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker is always of this origin
  waiting.postMessage('accept');
}

function offerUpdate(): void {
  toast(t('update.ready'), {
    isLasting: true,
    action: { label: t('update.reload'), onSelect: () => void loadUpdate() },
  });
}

/** Asks the server for a newer client and waits until it is here, if there is one. */
async function newest(registration: ServiceWorkerRegistration): Promise<ServiceWorker | null> {
  await Promise.race([registration.update().catch(ignore), patience()]);
  const { installing } = registration;
  if (installing) {
    const installed = new Promise((resolve) => installing.addEventListener('statechange', resolve));
    await Promise.race([installed, patience()]);
  }
  return registration.waiting;
}

type ScriptPolicy = { createScriptURL(url: string): string };
type TrustedTypes = {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptPolicy;
};

/** The one script that the client ever names by a URL. Where the browser asks for it, the URL says that we vouch for it. */
function workerUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy('kith-worker', { createScriptURL: () => WORKER });
  return policy ? policy.createScriptURL(WORKER) : WORKER;
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
}

function ignore(): void {}
