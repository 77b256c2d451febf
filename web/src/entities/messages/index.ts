/** Messages: what was said. */
export { HELD_MAX_MS } from '../outbox/slice';
export { firstSince } from './days';
export { selectIsRequest, UNANSWERED_MAX } from './requests';
export {
  selectIndex,
  selectLoads,
  selectMessage,
  selectPinned,
  selectQuote,
  selectReadBy,
  selectTimeline,
  selectTimelineEnds,
  type TimelineEnds,
} from './selectors';
export type { LoadPart, LoadStatus, Loads } from './slice';
export {
  type Deletion,
  deleteMessages,
  discardSend,
  editMessage,
  forwardMessages,
  jumpTo,
  jumpToLatest,
  loadNewer,
  loadOlder,
  type NewAttachment,
  type NewMessage,
  pinMessage,
  react,
  retrySend,
  sendMessage,
} from './thunks';
export type { DeliveryState, MessageKey, MessageView } from './view';
