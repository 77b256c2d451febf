import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type { ConversationId, Message, Receipt, UserId } from '@/protocol';

/** How far the others have come, by conversation and person. */
export type ReceiptsState = Readonly<Record<ConversationId, ConversationReceipts>>;
export type ConversationReceipts = Readonly<Record<UserId, Receipt>>;

export const noReceipts: ReceiptsState = {};

/** What this device had kept of an earlier visit. */
export const receiptsRestored = createAction<ReceiptsState>('receipts/restored');

/** Pointers that REST answered with. */
export const receiptsLoaded = createAction<{ id: ConversationId; receipts: readonly Receipt[]; me: UserId }>(
  'receipts/loaded',
);

/** The server's word comes in through `fold.ts`, which calls the functions below. */
export function receiptsReducer(state: ReceiptsState = noReceipts, action: UnknownAction): ReceiptsState {
  if (receiptsRestored.match(action)) return action.payload;
  if (receiptsLoaded.match(action)) {
    const { id, receipts, me } = action.payload;
    return withReceipts(state, id, receipts, me);
  }
  return state;
}

/** Merges by maximum, so that order and repetition do not matter. */
export function withReceipts(
  state: ReceiptsState,
  id: ConversationId,
  receipts: readonly Receipt[],
  me: UserId,
): ReceiptsState {
  const held = state[id] ?? {};
  const moved = receipts
    .filter((receipt) => receipt.user_id !== me)
    .map((receipt) => further(held[receipt.user_id], receipt))
    .filter((receipt) => receipt !== held[receipt.user_id]);
  if (moved.length === 0) return state;
  const merged = Object.fromEntries(moved.map((receipt) => [receipt.user_id, receipt]));
  return { ...state, [id]: { ...held, ...merged } };
}

/** Who writes has read what came before: no receipt tells it, the message does. */
export function receiptOf(message: Message): Receipt {
  const { sender_id: user_id, seq } = message;
  return { user_id, delivered_seq: seq, read_seq: seq, read_at: null };
}

/** Who leaves takes their pointers along, and begins afresh when they come back. */
export function withoutReceipts(
  state: ReceiptsState,
  id: ConversationId,
  users: readonly UserId[],
): ReceiptsState {
  const held = state[id];
  if (!held || !users.some((user) => held[user])) return state;
  const rest = Object.fromEntries(Object.entries(held).filter(([user]) => !users.includes(user)));
  return { ...state, [id]: rest };
}

export function dropReceipts(state: ReceiptsState, id: ConversationId): ReceiptsState {
  if (!state[id]) return state;
  const { [id]: _gone, ...rest } = state;
  return rest;
}

function further(held: Receipt | undefined, told: Receipt): Receipt {
  if (!held) return told;
  const delivered_seq = Math.max(held.delivered_seq, told.delivered_seq);
  const read_seq = Math.max(held.read_seq, told.read_seq);
  const read_at = latest(held.read_at, told.read_at);
  const isSame =
    delivered_seq === held.delivered_seq && read_seq === held.read_seq && read_at === held.read_at;
  return isSame ? held : { user_id: held.user_id, delivered_seq, read_seq, read_at };
}

/** Times only move forward, as the pointers do; that of a pointer which moved by writing is not told. */
function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
