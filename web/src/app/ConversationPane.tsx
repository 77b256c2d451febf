import { Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { block, selectBlocked } from '@/entities/account';
import {
  selectConversation,
  selectConversationsLoaded,
  selectMembers,
  selectPeer,
  setArchived,
  setDraft,
} from '@/entities/conversations';
import { selectDraft } from '@/entities/drafts';
import { useAppDispatch, useAppSelector, useAppStore } from '@/entities/hooks';
import {
  editMessage,
  firstSince,
  type MessageView,
  selectIsRequest,
  selectMessage,
  selectTimeline,
  sendMessage,
} from '@/entities/messages';
import { selectMe, selectServerInfo } from '@/entities/session';
import { shownIn } from '@/entities/shown';
import { setTyping } from '@/entities/typing';
import { selectUser } from '@/entities/users';
import { Composer, type ComposerHandle, type Outgoing } from '@/features/composer/Composer';
import { ComposerNotice } from '@/features/composer/ComposerNotice';
import type { ComposerMode } from '@/features/composer/ComposerStrip';
import { DropZone } from '@/features/composer/DropZone';
import { isEditable, useMessageActions } from '@/features/message-actions/useMessageActions';
import { useReactionTips } from '@/features/message-actions/useReactionTips';
import { useMarks } from '@/features/search/marks';
import type { Act } from '@/features/timeline/acts';
import { LiveThreadHeader, useThreadTitle } from '@/features/timeline/LiveThreadHeader';
import { keyOfRow, LiveTimeline, type ThreadHandle } from '@/features/timeline/LiveTimeline';
import { shownQuote } from '@/features/timeline/shown';
import { useAccent } from '@/lib/accents';
import { type Noon, startOf } from '@/lib/calendar';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { lazily } from '@/lib/lazily';
import { faceOf, nameOf } from '@/lib/people';
import { useSwipe } from '@/lib/swipe';
import { type FindTerm, findTerms } from '@/lib/text/find';
import { LIMITS } from '@/protocol';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { IconMessageCircle } from '@/ui/icons';
import { toast } from '@/ui/toasts';
import { useLater } from './later';
import type { Viewing } from './Viewer';

const FindBar = lazily(async () => (await import('@/features/search/FindBar')).FindBar);
const RequestBar = lazily(async () => (await import('@/features/composer/RequestBar')).RequestBar);

type Props = {
  id: string;
  detailsOpen: boolean;
  /** What led here, to be marked. */
  words: string;
  /** The bar that looks for words in here is open. */
  isFinding: boolean;
  onFind: (isFinding: boolean) => void;
  onBack: () => void;
  onDetails: () => void;
  onView: (viewing: Viewing) => void;
  /** The message that is to be shown now. */
  at: number | undefined;
  /** To a message; one of a walk leaves no trace for Back. */
  onJump: (seq: number, isWalk: boolean) => void;
  /** Names the entry of the browser's history. */
  visit: string;
  /** What `at` asked for has been done, or cannot be. */
  onArrived: () => void;
};

/** A message swiped so far is answered. */
const REPLY_FROM_PX = 56;

/** A draft is kept when the typing pauses this long. */
const DRAFT_AFTER_MS = 300;

/** One conversation: its header, its messages and the field, and how they play together. */
export function ConversationPane(props: Props) {
  const {
    id,
    detailsOpen,
    at,
    visit,
    words,
    isFinding,
    onJump,
    onArrived,
    onFind,
    onBack,
    onDetails,
    onView,
  } = props;
  const t = useT();
  const exists = useAppSelector((state) => selectConversation(state, id) !== undefined);
  const isLoaded = useAppSelector(selectConversationsLoaded);
  const title = useThreadTitle(id);
  const [mode, setMode] = useState<ComposerMode>();
  const timeline = useRef<ThreadHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const store = useAppStore();
  const dispatch = useAppDispatch();
  const began = useAppSelector((state) => selectConversation(state, id)?.created_at ?? 0);
  const compose = useComposing(id, mode, () => setMode(undefined));
  const accent = useAccent(id);
  const pane = useRef<HTMLDivElement>(null);
  const [terms, setTerms] = useState<readonly FindTerm[]>(NO_TERMS);
  useMarks(pane, terms);
  useReactionTips(pane, id, keyOfRow);
  useSwipe(pane, {
    selector: 'article[data-key]',
    ways: 'end',
    countsFromPx: REPLY_FROM_PX,
    onSwipe: ({ dataset }) => dataset.key && actions.act({ kind: 'reply', key: keyOfRow(dataset.key) }),
  });
  useEffect(() => setTerms(findTerms(words)), [words]);

  const actions = useMessageActions(id, {
    onReply: (message) => setMode(replyTo(message, authorOf(message))),
    onEdit: (message) => setMode({ kind: 'edit', seq: message.seq, text: message.text }),
    onDeselected: (key) => timeline.current?.rest(String(key)),
  });
  const authorOf = (message: MessageView) =>
    message.mine ? t('message.you') : nameOf(selectUser(store.getState(), message.sender_id));

  const toDay = async (day: Noon) => {
    try {
      const seq = await dispatch(firstSince(id, startOf(day)));
      if (seq === undefined) timeline.current?.toLive();
      else onJump(seq, true);
    } catch (error) {
      tell(error);
    }
  };

  const onAct = (act: Act) => {
    const key = keyOfRow(act.key);
    if (act.kind === 'photo') viewPhotos(selectMessage(store.getState(), id, key), act.index);
    else if (act.kind === 'leave' && !actions.selected) composer.current?.focus();
    else if (act.kind === 'jump') onJump(act.seq, false);
    else actions.act({ ...act, key });
  };
  const viewPhotos = (message: MessageView | undefined, start: number) =>
    message && onView({ conversationId: id, items: shownIn([message], 'image'), start });
  const editLast = () => {
    const state = store.getState();
    const key = selectTimeline(state, id).findLast((each) => {
      const message = selectMessage(state, id, each);
      return message !== undefined && isEditable(message);
    });
    if (key !== undefined) actions.act({ kind: 'edit', key });
  };

  if (!exists && isLoaded) {
    return (
      <EmptyState
        alone
        icon={<IconMessageCircle />}
        title={t('notFound.title')}
        action={<Button onClick={onBack}>{t('action.back')}</Button>}
      >
        {t('notFound.hint')}
      </EmptyState>
    );
  }
  return (
    <DropZone
      ref={pane}
      accent={accent}
      label={t('thread.drop', { name: title })}
      onFiles={(files) => composer.current?.addFiles(files)}
    >
      <LiveThreadHeader
        id={id}
        detailsOpen={detailsOpen}
        onBack={onBack}
        onSearch={() => onFind(!isFinding)}
        onDetails={onDetails}
      />
      {isFinding && (
        <Suspense>
          <FindBar
            conversationId={id}
            title={title}
            onJump={(seq) => onJump(seq, true)}
            onTerms={setTerms}
            began={began}
            onDay={(day) => void toDay(day)}
            onClose={() => {
              onFind(false);
              composer.current?.focus();
            }}
          />
        </Suspense>
      )}
      <LiveTimeline
        ref={timeline}
        conversationId={id}
        title={title}
        at={at}
        visit={visit}
        selected={actions.selected}
        onArrived={onArrived}
        onAct={onAct}
        onGreet={(text) => compose.send({ text, mentions: [], files: [] })}
      />
      {actions.bar}
      {/* It stays, with what is being written in it. */}
      <div hidden={actions.selected !== undefined}>
        <Foot id={id} title={title} onReply={() => composer.current?.focus()} onBack={onBack}>
          <Composer
            ref={composer}
            name={title}
            draft={compose.draft}
            mode={mode}
            people={compose.people}
            attachmentBytesMax={compose.attachmentBytesMax}
            onSend={(outgoing) => {
              compose.send(outgoing);
              if (mode?.kind !== 'edit') timeline.current?.toLive();
            }}
            onCancelMode={() => setMode(undefined)}
            onType={compose.onType}
            onEditLast={editLast}
            onLeaveUp={() => timeline.current?.enter()}
          />
        </Foot>
      </div>
      {actions.layer}
    </DropZone>
  );
}

const NO_TERMS: readonly FindTerm[] = [];

type FootProps = {
  id: string;
  title: string;
  onReply: () => void;
  onBack: () => void;
  children: React.ReactNode;
};

/** The field, under what is asked about somebody who is new; or why one cannot write here. */
function Foot({ id, title, onReply, onBack, children }: FootProps) {
  const t = useT();
  const dispatch = useAppDispatch();
  const peerId = useAppSelector((state) => selectPeer(state, id));
  const isBlocked = useAppSelector((state) => peerId !== null && selectBlocked(state, peerId));
  const isDeleted = useAppSelector(
    (state) => peerId !== null && (selectUser(state, peerId)?.deleted ?? false),
  );
  const isRequest = useAppSelector((state) => selectIsRequest(state, id));
  const [hasBlocked, setHasBlocked] = useState(false);
  if (isDeleted) return <ComposerNotice>{t('composer.blockedBy')}</ComposerNotice>;
  const setBlocked = async (on: boolean) => {
    setHasBlocked(on);
    if (peerId) await dispatch(block(peerId, on)).catch(tell);
  };
  if (isBlocked) {
    return (
      <ComposerNotice>
        {t('composer.blocked', { name: title })}
        <Button
          look="quiet"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the button that had the focus is gone
          autoFocus={hasBlocked}
          onClick={() => void setBlocked(false)}
        >
          {t('composer.unblock')}
        </Button>
      </ComposerNotice>
    );
  }
  const archive = () => {
    dispatch(setArchived(id, true));
    toast(t('list.archived'), {
      action: { label: t('action.undo'), onSelect: () => dispatch(setArchived(id, false)) },
    });
    onBack();
  };
  return (
    <>
      {isRequest && (
        <Suspense>
          <RequestBar name={title} onReply={onReply} onArchive={archive} onBlock={() => setBlocked(true)} />
        </Suspense>
      )}
      {children}
    </>
  );
}

function tell(error: unknown) {
  toast(errorText(error), { tone: 'danger' });
}

/** What the field needs from the store, and what it does to it. */
function useComposing(id: string, mode: ComposerMode | undefined, onDone: () => void) {
  const dispatch = useAppDispatch();
  const store = useAppStore();
  const meId = useAppSelector(selectMe)?.id;
  const attachmentBytesMax =
    useAppSelector(selectServerInfo)?.attachment_bytes_max ?? LIMITS.ATTACHMENT_BYTES_MAX;
  const isGroup = useAppSelector((state) => selectConversation(state, id)?.kind === 'group');
  const members = useAppSelector((state) => selectMembers(state, id));
  const users = useAppSelector((state) => state.users);
  const [draft] = useState(() => selectDraft(store.getState(), id));
  const keepDraft = useLater((text: string) => dispatch(setDraft(id, text)), DRAFT_AFTER_MS);
  const people = useMemo(
    () =>
      isGroup
        ? members
            .filter(({ user_id }) => user_id !== meId)
            .map(({ user_id }) => faceOf(users[user_id], user_id))
        : [],
    [isGroup, members, users, meId],
  );

  const attempt = (deed: Promise<unknown>) => void deed.catch(tell);
  const send = ({ text, mentions, files }: Outgoing) => {
    if (mode?.kind === 'edit') {
      if (text !== '') attempt(dispatch(editMessage(id, mode.seq, text, mentions)));
    } else {
      keepDraft.drop();
      dispatch(setDraft(id, ''));
      const replyTo = mode?.kind === 'reply' ? mode.seq : null;
      attempt(dispatch(sendMessage({ conversationId: id, text, mentions, attachments: files, replyTo })));
    }
    onDone();
  };
  const onType = (text: string) => {
    keepDraft.run(text);
    dispatch(setTyping(id, text !== ''));
  };
  return { draft, people, attachmentBytesMax, send, onType };
}

function replyTo(message: MessageView, author: string): ComposerMode {
  const { text } = shownQuote(message.seq, message, undefined, false);
  return { kind: 'reply', seq: message.seq, author, text };
}
