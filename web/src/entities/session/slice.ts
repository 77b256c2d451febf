import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type { Me, Profile, ServerInfo, Session, SessionEndReason } from '@/protocol';

export type AuthStatus = 'unknown' | 'signed-out' | 'signed-in';

export interface SessionState {
  /** `unknown` until the server, or the cache, has said who we are. */
  readonly status: AuthStatus;
  readonly me: Me | null;
  /** One's devices, newest use first, once they were asked for. */
  readonly sessions: readonly Session[] | null;
  /** What the server says of itself before anyone has signed in. */
  readonly server: ServerInfo | null;
  /** Why we are signed out, when it was not our own doing. */
  readonly ended: SessionEndReason | null;
}

const nobody: SessionState = {
  status: 'unknown',
  me: null,
  sessions: null,
  server: null,
  ended: null,
};

export const signedIn = createAction<Me>('session/signedIn');
/** Empties the whole store but for what the server says of itself. */
export const signedOut = createAction<SessionEndReason | null>('session/signedOut');
export const meChanged = createAction<Me>('session/meChanged');
export const sessionsLoaded = createAction<readonly Session[]>('session/sessionsLoaded');
export const serverInfoLoaded = createAction<ServerInfo>('session/serverInfoLoaded');

export function sessionReducer(state: SessionState = nobody, action: UnknownAction): SessionState {
  if (signedIn.match(action)) {
    // Whoever is in has an account, so the server is not the empty one it may have been when it was asked.
    const server = state.server && { ...state.server, empty: false };
    return { ...state, status: 'signed-in', me: action.payload, ended: null, server };
  }
  if (signedOut.match(action)) {
    return { ...nobody, status: 'signed-out', server: state.server, ended: action.payload };
  }
  if (meChanged.match(action)) return { ...state, me: action.payload };
  if (sessionsLoaded.match(action)) return { ...state, sessions: action.payload };
  if (serverInfoLoaded.match(action)) return { ...state, server: action.payload };
  return state;
}

/** One's own profile changed on another device. */
export function withProfile(state: SessionState, profile: Profile): SessionState {
  if (state.me?.id !== profile.id) return state;
  return { ...state, me: { ...state.me, ...profile } };
}
