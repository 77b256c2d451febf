import { createAction, type UnknownAction } from '@reduxjs/toolkit';

/** `updating` is connected and still catching up. */
export type ConnectionStatus = 'connecting' | 'online' | 'offline' | 'updating';

export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** Where the next `sync` goes on. Only the server understands it. */
  readonly cursor: string | null;
  /** Which life of the server the cursor and all rows belong to. */
  readonly epoch: string | null;
  /** The server's clock minus ours, in milliseconds, as of the last `sync`. */
  readonly clockOffset: number;
}

const nothingKnown: ConnectionState = {
  status: 'connecting',
  cursor: null,
  epoch: null,
  clockOffset: 0,
};

export const statusChanged = createAction<ConnectionStatus>('connection/statusChanged');
export const positionRestored = createAction<{ cursor: string; epoch: string }>(
  'connection/positionRestored',
);

/** What the client knows about its line to the server. */
export function connectionReducer(
  state: ConnectionState = nothingKnown,
  action: UnknownAction,
): ConnectionState {
  if (statusChanged.match(action)) return { ...state, status: action.payload };
  if (positionRestored.match(action)) return { ...state, ...action.payload };
  return state;
}

interface WithConnection {
  connection: ConnectionState;
}

/** How the line to the server is: for the line under the list's header. */
export function selectConnection(state: WithConnection): ConnectionStatus {
  return state.connection.status;
}

/** The server's clock minus ours, in milliseconds. */
export function selectClockOffset(state: WithConnection): number {
  return state.connection.clockOffset;
}
