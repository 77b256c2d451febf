/** What only the signed-in person sees: settings and blocks. What they keep of conversations is with those. */
import type { RootState } from '@/app/store';
import type { Settings, SettingsChange, UserId } from '@/protocol';
import type { AppThunk } from '../thunk';
import { isBlocked, noAccount } from './slice';

export { type AccountState, accountReducer } from './slice';

/** The preference under which the clients keep the language. */
const LANGUAGE = 'language';

export function selectSettings(state: RootState): Settings {
  return state.account.settings;
}

/** The language that the account keeps: `null` for the browser's, nothing while the settings are not known. */
export function selectLanguage(state: RootState): string | null | undefined {
  const { settings } = state.account;
  return settings === noAccount.settings ? undefined : (settings.preferences[LANGUAGE] ?? null);
}

/** Keeps a language with the account, for all of the person's devices; `null` goes back to the browser's. */
export function changeLanguage(language: string | null): AppThunk<Promise<void>> {
  return changeSettings({ preferences: { [LANGUAGE]: language } });
}

/** Whether I block this person. */
export function selectBlocked(state: RootState, user: UserId): boolean {
  return isBlocked(state.account, user);
}

/** Whom I block. */
export function selectBlockedIds(state: RootState): readonly UserId[] {
  return Object.keys(state.account.blocks).filter((user) => isBlocked(state.account, user));
}

/** Blocks a person, or no longer. Blocked people's messages are not counted and cannot open a conversation. */
export function block(user: UserId, on: boolean): AppThunk<Promise<void>> {
  return async (_dispatch, _getState, { realtime }) => {
    await realtime.request('account:set', { block: on, user_id: user });
  };
}

/** Changes settings; what is absent stays. They hold on all of the person's devices. */
export function changeSettings(change: SettingsChange): AppThunk<Promise<void>> {
  return async (_dispatch, _getState, { realtime }) => {
    await realtime.request('account:set', { settings: change });
  };
}
