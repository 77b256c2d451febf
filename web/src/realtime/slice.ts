import { createSlice, type PayloadAction } from '@reduxjs/toolkit';

/** `updating` is connected and still catching up. */
export type ConnectionStatus = 'connecting' | 'online' | 'offline' | 'updating';

export interface ConnectionState {
  status: ConnectionStatus;
  /** Where the next `sync` goes on. Only the server understands it. */
  cursor: string | null;
  /** Which life of the server the cursor and all rows belong to. */
  epoch: string | null;
  /** The server's clock minus ours, in milliseconds, as of the last `sync`. */
  clockOffset: number;
}

const initialState: ConnectionState = {
  status: 'connecting',
  cursor: null,
  epoch: null,
  clockOffset: 0,
};

/** What the client knows about its line to the server. */
export const connectionSlice = createSlice({
  name: 'connection',
  initialState,
  reducers: {
    statusChanged: (state, action: PayloadAction<ConnectionStatus>) => {
      state.status = action.payload;
    },
    positionRestored: (state, action: PayloadAction<{ cursor: string; epoch: string }>) => {
      state.cursor = action.payload.cursor;
      state.epoch = action.payload.epoch;
    },
  },
});

export const { statusChanged, positionRestored } = connectionSlice.actions;

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
