/**
 * What the page loads first, and all of it that it always needs: finds out what one is going to see, and loads that. Who has
 * to sign in does not wait for the client, and who is signed in does not wait for the page of signing in.
 */
import { keepsSomebody } from '@/entities/cache/keeper';
import { createApi } from '@/lib/api';
import { Database } from '@/lib/cache';
import type { Me, ServerInfo } from '@/protocol';

/** After so long without an answer the client takes over, which says what is wrong and goes on asking. */
const PATIENCE_MS = 2_000;

/** After so long what is on screen has been loaded. */
const KEEP_AFTER_MS = 500;

const api = createApi();

void open();

// When there is nothing more urgent; plain HTTP in a local network has no workers.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  const keep = () => void import('./update').then(({ keepClient }) => keepClient());
  addEventListener('load', () => setTimeout(keep, KEEP_AFTER_MS));
}

async function open(): Promise<void> {
  if (keepsSomebody()) return openKept();
  const server = await serverInTime();
  if (!server) return (await import('./client')).startClient();
  if (!server.signed_in) return openDoor(server);
  // Asked for while the client is on its way.
  const me = api.get<Me>('/me');
  me.catch(ignore);
  (await import('./client')).startClient({ heard: { server, me } });
}

/** From what this device keeps, whose database opens while the client is read. */
async function openKept(): Promise<void> {
  const database = new Database();
  database.open();
  (await import('./client')).startClient({ database });
}

async function openDoor(server: ServerInfo): Promise<void> {
  // What the door says is fetched beside it.
  const words = import('@/lib/i18n/later/en.po').catch(ignore);
  const [door] = await Promise.all([import('./door'), words]);
  door.openDoor(server);
}

async function serverInTime(): Promise<ServerInfo | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS));
  return Promise.race([api.get<ServerInfo>('/server').catch(ignore), late]);
}

function ignore(): undefined {}
