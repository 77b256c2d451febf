import { ApiError } from '@/lib/api';
import type { Me, ServerInfo, Session, SessionEndReason, SessionId, SessionList } from '@/protocol';
import { positionRestored } from '@/realtime';
import { accountRestored, settingsTold } from '../account/slice';
import { conversationsRestored } from '../conversations/slice';
import { receiptsRestored } from '../receipts/slice';
import type { AppThunk } from '../thunk';
import { usersLoaded } from '../users/slice';
import {
  byDemo,
  byNewAccount,
  byPassword,
  type Credentials,
  type Entrant,
  type NewAccount,
} from './entrance';
import { meChanged, serverInfoLoaded, sessionsLoaded, signedIn, signedOut } from './slice';

/** A first answer that does not come is asked for again after so long. */
const RETRY_MS = 2_000;

/** What the server has said while the client was on its way. */
export interface Heard {
  readonly server: ServerInfo;
  readonly me: Promise<Me>;
}

/**
 * Finds out who we are: from this device's cache at once, if it has kept something, then from the server, unless that has
 * been `heard` already. Never throws; without a server it shows what is kept, or tries on.
 */
export function boot(heard?: Heard): AppThunk<Promise<void>> {
  return async (dispatch, getState) => {
    await dispatch(restore());
    for (let first = heard; ; first = undefined) {
      try {
        return await dispatch(recognize(first));
      } catch {
        if (getState().session.status === 'signed-in') return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };
}

/** Signs in. On a shared computer nothing is kept on the device. */
export function signIn(credentials: Credentials): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { api }) => dispatch(enter(await byPassword(api, credentials)));
}

/** Makes an account and signs in. */
export function register(account: NewAccount): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { api }) => dispatch(enter(await byNewAccount(api, account)));
}

/** Signs in as a person of the demonstration. Nothing of it is kept on the device. */
export function enterDemo(username: string): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { api }) => dispatch(enter(await byDemo(api, username)));
}

/**
 * Ends this session, here even when the server cannot be reached, and deletes what this device has kept. What is still to be
 * sent goes first, with deletions that could have been taken back until later. Says how much could not be sent: then nobody
 * is signed out, unless it may be lost.
 */
export function signOut({ mayLoseUnsent = false } = {}): AppThunk<Promise<number>> {
  return async (dispatch, _getState, { api, outbox }) => {
    const unsent = await outbox.finish();
    if (unsent > 0 && !mayLoseUnsent) return unsent;
    await api.post('/auth/logout').catch(ignore);
    await dispatch(exit(null));
    return 0;
  };
}

/** The server ended the session. */
export function sessionEnded(reason: SessionEndReason): AppThunk<Promise<void>> {
  return (dispatch) => dispatch(exit(reason));
}

/** What the server says of itself before anyone has signed in. */
export function loadServerInfo(): AppThunk<Promise<ServerInfo>> {
  return async (dispatch, _getState, { api }) => {
    const info = await api.get<ServerInfo>('/server');
    dispatch(serverInfoLoaded(info));
    return info;
  };
}

/** One's signed-in devices. */
export function loadSessions(): AppThunk<Promise<readonly Session[]>> {
  return async (dispatch, _getState, { api }) => {
    const { sessions } = await api.get<SessionList>('/auth/sessions');
    dispatch(sessionsLoaded(sessions));
    return sessions;
  };
}

export function endSession(id: SessionId): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { api }) => {
    await api.delete(`/auth/sessions/${id}`);
    await dispatch(loadSessions());
  };
}

/** Ends all of one's sessions but this one. */
export function endOtherSessions(): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { api }) => {
    const { sessions } = await api.get<SessionList>('/auth/sessions');
    for (const session of sessions) {
      if (!session.current) await api.delete(`/auth/sessions/${session.id}`);
    }
    await dispatch(loadSessions());
  };
}

/** Changes the password, which ends all other sessions. */
export function changePassword(change: { current: string; next: string }): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { api }) => {
    await api.put('/me/password', { current: change.current, new: change.next });
    // The password has changed, whether or not the list of devices comes.
    await dispatch(loadSessions()).catch(ignore);
  };
}

/** Changes one's own name or "about"; what is absent stays. */
export function updateProfile(change: { displayName?: string; about?: string }): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { api }) => {
    const { displayName, about } = change;
    const body = {
      ...(displayName === undefined ? {} : { display_name: displayName }),
      ...(about === undefined ? {} : { about }),
    };
    dispatch(tellMe(await api.patch<Me>('/me', body)));
  };
}

/** Gives oneself a picture, or takes it away. */
export function setAvatar(file: File | null): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { api, uploader }) => {
    const attachment_id = file ? (await uploader.upload(file, '', ignore)).id : null;
    dispatch(tellMe(await api.put<Me>('/me/avatar', { attachment_id })));
  };
}

/** Deletes the account, for ever; what is still to be sent goes first. */
export function deleteAccount(choice: { password: string; keepMessages: boolean }): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { api, outbox }) => {
    await outbox.finish();
    await api.delete('/me', { password: choice.password, keep_messages: choice.keepMessages });
    await dispatch(exit(null));
  };
}

/** Puts in what this device has kept, so that something is shown before the server has answered. */
function restore(): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { cache, outbox, realtime, tabs }) => {
    // Read side by side: nothing is seen before both are there.
    const waiting = cache.readOutbox();
    const record = await cache.readBoot();
    if (!record) return;
    dispatch(usersLoaded(record.users));
    dispatch(accountRestored(record.account));
    dispatch(receiptsRestored(record.receipts));
    dispatch(conversationsRestored(record.conversations));
    if (record.cursor !== null) dispatch(positionRestored({ cursor: record.cursor, epoch: record.epoch }));
    dispatch(tellMe(record.me));
    await outbox.restore(record.me.id, waiting);
    dispatch(signedIn(record.me));
    tabs.join(record.me.id);
    realtime.start();
  };
}

/** Asks the server who we are, if we are anyone: a refusal would stand in the browser's log as an error. */
function recognize(heard?: Heard): AppThunk<Promise<void>> {
  return async (dispatch, getState, { api }) => {
    try {
      if (heard) dispatch(serverInfoLoaded(heard.server));
      const { signed_in } = heard?.server ?? (await dispatch(loadServerInfo()));
      if (!signed_in) throw new ApiError({ code: 'unauthorized', message: 'Nobody is signed in here.' });
      const me = await (heard?.me ?? api.get<Me>('/me'));
      if (getState().session.me?.id === me.id) dispatch(tellMe(me));
      else await dispatch(enter({ me, keep: undefined }));
    } catch (error) {
      if (ApiError.from(error).code !== 'unauthorized') throw error;
      await dispatch(exit(getState().session.status === 'signed-in' ? 'revoked' : null));
    }
  };
}

/** Somebody is signed in. */
export function enter({ me, keep }: Entrant): AppThunk<Promise<void>> {
  return async (dispatch, getState, { cache, outbox, realtime, tabs }) => {
    if (getState().session.status === 'signed-in') await dispatch(exit(null));
    if (keep === true) await cache.keep(me.id);
    else if (keep === false || !cache.isKeptFor(me.id)) await cache.destroy();
    dispatch(tellMe(me));
    await outbox.restore(me.id);
    dispatch(signedIn(me));
    tabs.join(me.id);
    realtime.start();
  };
}

function exit(reason: SessionEndReason | null): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { realtime, outbox, cache, tabs }) => {
    realtime.stop();
    tabs.leave();
    outbox.stop();
    dispatch(signedOut(reason));
    await cache.destroy();
  };
}

/** One's own profile, to all who keep a part of it. */
function tellMe(me: Me): AppThunk {
  return (dispatch) => {
    const { role: _role, created_at: _created, settings, ...profile } = me;
    dispatch(meChanged(me));
    dispatch(usersLoaded([profile]));
    dispatch(settingsTold(settings));
  };
}

function ignore(): void {}
