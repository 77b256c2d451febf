import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type {
  AccountRows,
  AccountVersion,
  Block,
  ConversationId,
  HiddenMessage,
  Seq,
  Settings,
  UserId,
} from '@/protocol';

/** Hidden messages remembered of one conversation: only those hidden while this page lives need it. */
const HIDDEN_MAX = 1_000;

export interface AccountState {
  /** All changes of the account up to this one are known here. */
  readonly version: AccountVersion;
  /** A change was heard that does not follow `version`: the highest such. */
  readonly behind: AccountVersion;
  readonly settings: Settings;
  readonly blocks: Readonly<Record<UserId, Block>>;
  /** Messages hidden while this page lives: a page read before must not bring them back. */
  readonly hidden: Readonly<Record<ConversationId, readonly Seq[]>>;
}

export const noAccount: AccountState = {
  version: 0,
  behind: 0,
  settings: { read_receipts: true, presence: true, preferences: {} },
  blocks: {},
  hidden: {},
};

/** Settings as the signed-in person's own profile tells them. */
export const settingsTold = createAction<Settings>('account/settingsTold');

/** What this device had kept of an earlier visit. */
export const accountRestored =
  createAction<Pick<AccountState, 'version' | 'settings' | 'blocks'>>('account/restored');

export function accountReducer(state: AccountState = noAccount, action: UnknownAction): AccountState {
  if (settingsTold.match(action)) return { ...state, settings: action.payload };
  if (accountRestored.match(action)) return { ...state, ...action.payload };
  return state;
}

/**
 * Takes changed rows. A push that does not follow the version held leaves a gap behind, which is asked for; an answer
 * leads up to its version without one.
 */
export function withRows(state: AccountState, rows: AccountRows, source: 'push' | 'answer'): AccountState {
  const follows = source === 'answer' || rows.account_version <= state.version + 1;
  const version = follows ? Math.max(state.version, rows.account_version) : state.version;
  const behind = Math.max(state.behind, rows.account_version);
  return {
    version,
    behind: behind <= version ? 0 : behind,
    settings: rows.settings ?? state.settings,
    blocks: withBlocks(state.blocks, rows.blocks ?? []),
    hidden: (rows.hidden ?? []).reduce(withHidden, state.hidden),
  };
}

/** What was hidden in a conversation goes with it: who comes back sees everything again. */
export function withoutConversation(state: AccountState, id: ConversationId): AccountState {
  if (!state.hidden[id]) return state;
  const { [id]: _gone, ...hidden } = state.hidden;
  return { ...state, hidden };
}

export function isBlocked(state: AccountState, user: UserId): boolean {
  return state.blocks[user]?.blocked ?? false;
}

function withBlocks(held: AccountState['blocks'], rows: readonly Block[]): AccountState['blocks'] {
  const news = rows.filter((row) => (held[row.user_id]?.account_version ?? 0) < row.account_version);
  if (news.length === 0) return held;
  return { ...held, ...Object.fromEntries(news.map((row) => [row.user_id, row])) };
}

function withHidden(hidden: AccountState['hidden'], row: HiddenMessage): AccountState['hidden'] {
  const held = hidden[row.conversation_id] ?? [];
  if (held.includes(row.seq)) return hidden;
  return { ...hidden, [row.conversation_id]: [...held, row.seq].slice(-HIDDEN_MAX) };
}
