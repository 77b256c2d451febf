/** Who is signed in on this device, and as which session. */
import type { RootState } from '@/app/store';
import type { Me, ServerInfo, Session, SessionEndReason } from '@/protocol';
import type { AuthStatus } from './slice';

export type { AuthStatus } from './slice';
export type { Heard } from './thunks';
export {
  boot,
  changePassword,
  deleteAccount,
  endOtherSessions,
  endSession,
  enterDemo,
  loadServerInfo,
  loadSessions,
  register,
  setAvatar,
  signIn,
  signOut,
  updateProfile,
} from './thunks';

/** The signed-in person's own account. */
export function selectMe(state: RootState): Me | null {
  return state.session.me;
}

/** `unknown` until this device's cache or the server has said. */
export function selectAuthStatus(state: RootState): AuthStatus {
  return state.session.status;
}

/** Why we are signed out, when it was not our own doing. */
export function selectSessionEnded(state: RootState): SessionEndReason | null {
  return state.session.ended;
}

/** One's devices, once they were asked for. */
export function selectSessions(state: RootState): readonly Session[] | null {
  return state.session.sessions;
}

/** What the server says of itself before anyone has signed in. */
export function selectServerInfo(state: RootState): ServerInfo | null {
  return state.session.server;
}
