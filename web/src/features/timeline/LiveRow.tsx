import { memo, useMemo } from 'react';
import { shallowEqual } from 'react-redux';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { type MessageKey, selectMessage, selectQuote, selectReadBy } from '@/entities/messages';
import { selectMe } from '@/entities/session';
import { localUrl, selectUpload } from '@/entities/uploads';
import { selectUser } from '@/entities/users';
import { faceOf } from '@/lib/people';
import type { Row } from './grouping';
import { MessageRow } from './MessageRow';
import type { ShownAttachment } from './model';
import { SystemLine } from './SystemLine';
import { shownMessage, shownQuote } from './shown';
import type { RowLook } from './Timeline';

type Props = {
  conversationId: string;
  messageKey: MessageKey;
  row: Exclude<Row, { type: 'new' }>;
  look: RowLook;
  inGroup: boolean;
};

const NOBODY: readonly string[] = [];

/** A row of the timeline that looks after itself: it is drawn anew when its own message changes, and only then. */
export const LiveRow = memo(function LiveRow(props: Props) {
  const { conversationId, messageKey, row, look, inGroup } = props;
  const me = useAppSelector(selectMe);
  const view = useAppSelector((state) => selectMessage(state, conversationId, messageKey));
  const sender = useAppSelector((state) => (view ? selectUser(state, view.sender_id) : undefined));
  const quote = useQuote(conversationId, view?.reply_to ?? null, me?.id);
  const uploads = useUploads(view?.uploads ?? NO_UPLOADS);
  const readers = useReaders(conversationId, view?.seq ?? 0, view?.sender_id);
  const message = useMemo(
    () => view && shownMessage(view, { sender, quote, uploads }),
    [view, sender, quote, uploads],
  );
  if (!message) return null;
  if (row.type === 'system' || message.system) {
    return message.system ? <LiveSystemLine messageKey={message.key} notice={message.system} /> : null;
  }
  const { first, last } = row;
  return (
    <MessageRow
      message={message}
      first={first}
      last={last}
      inGroup={inGroup}
      meId={me?.id}
      readers={readers}
      {...look}
    />
  );
}, sameRow);

function LiveSystemLine({
  messageKey,
  notice,
}: {
  messageKey: string;
  notice: NonNullable<ReturnType<typeof shownMessage>['system']>;
}) {
  const users = useAppSelector((state) => state.users);
  const meId = useAppSelector((state) => selectMe(state)?.id);
  return (
    <SystemLine
      messageKey={messageKey}
      notice={notice}
      meId={meId}
      nameOf={(id) => faceOf(users[id], id).name}
    />
  );
}

function useQuote(conversationId: string, seq: number | null, meId: string | undefined) {
  const quoted = useAppSelector((state) =>
    seq === null ? undefined : selectQuote(state, conversationId, seq),
  );
  const author = useAppSelector((state) => (quoted ? selectUser(state, quoted.sender_id) : undefined));
  return useMemo(
    () => (seq === null ? undefined : shownQuote(seq, quoted, author, quoted?.sender_id === meId)),
    [seq, quoted, author, meId],
  );
}

type Uploads = NonNullable<ReturnType<typeof selectMessage>>['uploads'];

const NO_UPLOADS: Uploads = [];
const NOTHING_SHOWN: readonly ShownAttachment[] = [];

/** Photos and files that are still on this device, with how far they have got. */
function useUploads(uploads: Uploads): readonly ShownAttachment[] {
  const dispatch = useAppDispatch();
  const progress = useAppSelector(
    (state) => uploads.map(({ localId }) => selectUpload(state, localId)?.progress ?? 0),
    shallowEqual,
  );
  return useMemo(
    () =>
      uploads.length === 0
        ? NOTHING_SHOWN
        : uploads.map((upload, index) => {
            const url = dispatch(localUrl(upload.localId)) ?? '';
            return {
              id: upload.localId,
              kind: upload.mime.startsWith('image/') ? ('image' as const) : ('file' as const),
              name: upload.name,
              size: upload.size,
              alt: upload.alt || undefined,
              width: upload.width ?? undefined,
              height: upload.height ?? undefined,
              thumbhash: undefined,
              thumb: url,
              large: url,
              original: url,
              progress: upload.attachment ? 1 : (progress[index] ?? 0),
            };
          }),
    [dispatch, uploads, progress],
  );
}

/** Heads stand where people stopped reading; whoever wrote the message itself need not be shown to have read it. */
function useReaders(conversationId: string, seq: number, senderId: string | undefined) {
  const ids = useAppSelector(
    (state) =>
      seq === 0 ? NOBODY : selectReadBy(state, conversationId, seq).filter((id) => id !== senderId),
    shallowEqual,
  );
  const profiles = useAppSelector((state) => ids.map((id) => selectUser(state, id)), shallowEqual);
  return useMemo(() => ids.map((id, index) => faceOf(profiles[index], id)), [ids, profiles]);
}

/** Rows of the layout are made anew with each change of the list, and are mostly the same as before. */
function sameRow(a: Props, b: Props): boolean {
  return (
    a.conversationId === b.conversationId &&
    a.messageKey === b.messageKey &&
    a.inGroup === b.inGroup &&
    shallowEqual(a.row, b.row) &&
    shallowEqual(a.look, b.look)
  );
}
