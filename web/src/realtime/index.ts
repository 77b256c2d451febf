/** The line to the server: the only place that sees the socket. */

export {
  type Answer,
  type AnswerItem,
  type ConversationLife,
  type PushItem,
  type PushName,
  type ServerItem,
  serverBatch,
} from './events';
export type { Schedule } from './feed';
export { Realtime, type RealtimeHost, type RealtimeListener } from './realtime';
export {
  type ConnectionState,
  type ConnectionStatus,
  connectionReducer,
  positionRestored,
  selectClockOffset,
  selectConnection,
} from './slice';
export {
  type AnswerOf,
  backoff,
  type CommandName,
  type PayloadOf,
  SocketWire,
  type Wire,
  type WireEvents,
} from './wire';
