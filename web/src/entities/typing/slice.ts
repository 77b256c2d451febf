import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type { ConversationId, Timestamp, UserId } from '@/protocol';

/** A person who was last heard typing longer ago than this has stopped. */
export const TYPING_FORGOTTEN_MS = 6_000;

export interface Typing {
  readonly userIds: readonly UserId[];
  readonly since: Timestamp;
}

/** Who types where. Latest only: it may be lost, and is forgotten by itself. */
export type TypingState = Readonly<Record<ConversationId, Typing>>;

/** What was heard before this moment is forgotten. */
export const typingForgotten = createAction<Timestamp>('typing/forgotten');

export function typingReducer(state: TypingState = {}, action: UnknownAction): TypingState {
  return typingForgotten.match(action) ? forgotten(state, action.payload) : state;
}

/** Everyone who types there now, as told. */
export function withTyping(state: TypingState, id: ConversationId, typing: Typing): TypingState {
  if (typing.userIds.length === 0) return withoutTyping(state, id);
  return { ...state, [id]: typing };
}

/** A message from somebody ends their typing. */
export function endTyping(state: TypingState, id: ConversationId, user: UserId): TypingState {
  const typing = state[id];
  if (!typing?.userIds.includes(user)) return state;
  return withTyping(state, id, {
    ...typing,
    userIds: typing.userIds.filter((other) => other !== user),
  });
}

export function withoutTyping(state: TypingState, id: ConversationId): TypingState {
  if (!state[id]) return state;
  const { [id]: _over, ...rest } = state;
  return rest;
}

function forgotten(state: TypingState, before: Timestamp): TypingState {
  const fresh = Object.entries(state).filter(([, typing]) => typing.since > before);
  return fresh.length === Object.keys(state).length ? state : Object.fromEntries(fresh);
}
