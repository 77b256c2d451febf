import type { Api } from '@/lib/api';
import type { Me, SignedIn } from '@/protocol';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly sharedComputer?: boolean;
}

export interface NewAccount {
  readonly username: string;
  readonly password: string;
  readonly displayName?: string;
}

/** Somebody whom the server has let in. */
export interface Entrant {
  readonly me: Me;
  /** Whether this device may keep something of theirs; when it is not known, as after a reload, it does so if it did before. */
  readonly keep: boolean | undefined;
}

/** Lets in who knows the password. On a shared computer nothing is kept. Throws an `ApiError`, as the other ways do. */
export async function byPassword(api: Api, credentials: Credentials): Promise<Entrant> {
  const { username, password, sharedComputer = false } = credentials;
  const { user } = await api.post<SignedIn>('/auth/login', { username, password });
  return { me: user, keep: !sharedComputer };
}

/** Lets in who makes an account. */
export async function byNewAccount(api: Api, account: NewAccount): Promise<Entrant> {
  const { username, password, displayName = '' } = account;
  const display_name = displayName.trim() === '' ? {} : { display_name: displayName.trim() };
  const { user } = await api.post<SignedIn>('/auth/register', { username, password, ...display_name });
  return { me: user, keep: true };
}

/** Lets in as a person of the demonstration, of whom nothing is kept. */
export async function byDemo(api: Api, username: string): Promise<Entrant> {
  const { user } = await api.post<SignedIn>(`/demo/${encodeURIComponent(username)}`);
  return { me: user, keep: false };
}
