import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type { ConversationId, Seq } from '@/protocol';
import { blockOf, type Timeline } from './timeline';

/** Conversations whose messages are held; the one least recently opened goes first. */
export const TIMELINES_MAX = 20;

/** A page that is being fetched, or that could not be. */
export type LoadStatus = 'idle' | 'loading' | 'failed';

/** Which end of what is shown a page belongs to; `latest` and `target` replace what is shown. */
export type LoadPart = 'older' | 'newer' | 'latest' | 'target';
export type Loads = Readonly<Record<LoadPart, LoadStatus>>;

export const NO_LOADS: Loads = { older: 'idle', newer: 'idle', latest: 'idle', target: 'idle' };

export interface MessagesState {
  readonly timelines: Readonly<Record<ConversationId, Timeline>>;
  /** The conversations in `timelines`, the one opened last first. */
  readonly recent: readonly ConversationId[];
  readonly loads: Readonly<Record<ConversationId, Loads>>;
}

export const noMessages: MessagesState = { timelines: {}, recent: [], loads: {} };

export const loadMoved = createAction<{ id: ConversationId; part: LoadPart; status: LoadStatus }>(
  'messages/loadMoved',
);

/** Shows the block that holds this message, or the newest (`null`). */
export const focused = createAction<{ id: ConversationId; seq: Seq | null }>('messages/focused');

/** Where the reader is heading: what is far away on the other side may go. */
export const headed = createAction<{ id: ConversationId; heading: Timeline['heading'] }>('messages/headed');

/** This conversation was opened; its messages are the last to go. */
export const timelineUsed = createAction<ConversationId>('messages/timelineUsed');

export function messagesReducer(state: MessagesState = noMessages, action: UnknownAction): MessagesState {
  if (loadMoved.match(action)) {
    const { id, part, status } = action.payload;
    return {
      ...state,
      loads: { ...state.loads, [id]: { ...(state.loads[id] ?? NO_LOADS), [part]: status } },
    };
  }
  if (focused.match(action)) {
    const { id, seq } = action.payload;
    return withTimeline(state, id, (timeline) => focus(timeline, seq));
  }
  if (headed.match(action)) {
    const { id, heading } = action.payload;
    return withTimeline(state, id, (timeline) =>
      timeline.heading === heading ? timeline : { ...timeline, heading },
    );
  }
  if (timelineUsed.match(action)) {
    if (state.recent[0] === action.payload || !state.timelines[action.payload]) return state;
    return {
      ...state,
      recent: [action.payload, ...state.recent.filter((id) => id !== action.payload)],
    };
  }
  return state;
}

/** Changes what is held of one conversation, if anything is. */
export function withTimeline(
  state: MessagesState,
  id: ConversationId,
  change: (timeline: Timeline) => Timeline,
): MessagesState {
  const timeline = state.timelines[id];
  if (!timeline) return state;
  const changed = change(timeline);
  return changed === timeline ? state : { ...state, timelines: { ...state.timelines, [id]: changed } };
}

/** Puts a timeline in, new or changed; beyond {@link TIMELINES_MAX} the one least recently opened goes. */
export function putTimeline(state: MessagesState, id: ConversationId, timeline: Timeline): MessagesState {
  const timelines = { ...state.timelines, [id]: timeline };
  if (state.timelines[id]) return { ...state, timelines };
  const recent = [id, ...state.recent];
  for (const old of recent.slice(TIMELINES_MAX)) delete timelines[old];
  return { ...state, timelines, recent: recent.slice(0, TIMELINES_MAX) };
}

export function dropTimeline(state: MessagesState, id: ConversationId): MessagesState {
  const { [id]: _timeline, ...timelines } = state.timelines;
  const { [id]: _loads, ...loads } = state.loads;
  return { timelines, loads, recent: state.recent.filter((other) => other !== id) };
}

function focus(timeline: Timeline, seq: Seq | null): Timeline {
  if (seq !== null && !blockOf(timeline, seq)) return timeline;
  return { ...timeline, focus: seq };
}
