import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { selectConversation, selectMy } from '@/entities/conversations';
import { useAppDispatch, useAppSelector, useAppStore } from '@/entities/hooks';
import {
  discardSend,
  type MessageKey,
  type MessageView,
  pinMessage,
  react,
  retrySend,
  selectMessage,
} from '@/entities/messages';
import { selectUser } from '@/entities/users';
import { t } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { lazily } from '@/lib/lazily';
import { nameOf } from '@/lib/people';
import { rememberEmoji } from '@/ui/emoji';
import type { Place } from '@/ui/place';
import { toast } from '@/ui/toasts';
import { copy, linkTo, textOf } from './copying';
import { type MenuFacts, type MessageAction, MessageMenu } from './MessageMenu';
import { useSelection } from './useSelection';

const EmojiPicker = lazily(async () => (await import('@/ui/EmojiPicker')).EmojiPicker);
const DeleteDialog = lazily(async () => (await import('./DeleteDialog')).DeleteDialog);
const ForwardDialog = lazily(async () => (await import('./ForwardDialog')).ForwardDialog);
const ReactionsDialog = lazily(async () => (await import('./ReactionsDialog')).ReactionsDialog);
const InfoDialog = lazily(async () => (await import('./InfoDialog')).InfoDialog);
const SelectionBar = lazily(async () => (await import('./SelectionBar')).SelectionBar);

/** What can be asked of a message from outside of its menu. */
export type Deed =
  | { kind: MessageAction | 'retry' | 'discard' | 'select-to' | 'leave'; key: MessageKey }
  | { kind: 'menu' | 'react'; key: MessageKey; at: Place }
  | { kind: 'toggle-reaction'; key: MessageKey; emoji: string };

type Options = {
  onReply: (message: MessageView) => void;
  onEdit: (message: MessageView) => void;
  /** No messages are chosen any more; this was the last. */
  onDeselected: (key: MessageKey) => void;
};

type Layer = LayerOfOne | LayerOfAll;

type LayerOfAll = { kind: 'forward' | 'delete'; messages: readonly MessageView[] };

type LayerOfOne =
  | { kind: 'menu' | 'react'; key: MessageKey; at: Place }
  | { kind: 'info'; key: MessageKey }
  | { kind: 'reactions'; key: MessageKey; emoji?: string | undefined };

/**
 * Everything that can be done with a message, or with several that are chosen, and the menus and dialogs it needs. `act`
 * does or asks; `layer` is to be drawn beside the timeline, and `bar` below it while messages are being chosen.
 */
export function useMessageActions(conversationId: string, { onReply, onEdit, onDeselected }: Options) {
  const dispatch = useAppDispatch();
  const store = useAppStore();
  const [layer, setLayer] = useState<Layer>();
  const close = () => setLayer(undefined);
  const rights = useRights(conversationId);
  const selection = useSelection(conversationId);
  useEnd(selection.isOn, () => selection.last.current !== undefined && onDeselected(selection.last.current));

  const attempt = (deed: Promise<unknown>) =>
    void deed.catch((error: unknown) => toast(errorText(error), { tone: 'danger' }));

  const reactTo = (message: MessageView, emoji: string | null) => {
    if (emoji) rememberEmoji(emoji);
    attempt(dispatch(react(conversationId, message.seq, emoji)));
  };

  const act = (deed: Deed) => {
    if (deed.kind === 'select') selection.toggle(deed.key);
    else if (deed.kind === 'select-to') selection.extendTo(deed.key);
    else if (selection.isOn) actOnChosen(deed);
    else actOnOne(deed);
  };

  /** While messages are being chosen, what is asked of one of them is asked of all, or makes no sense. */
  const actOnChosen = ({ kind, key }: Deed) => {
    const messages = selection.messages();
    if (kind === 'menu') selection.toggle(key);
    else if (kind === 'leave') selection.clear();
    else if (kind === 'delete' || (kind === 'forward' && messages.every(isWhole)))
      setLayer({ kind, messages });
    else if (kind === 'copy' && messages.some(hasText)) {
      attempt(copy(textOf(messages.filter(hasText), nameOfSender)));
      selection.clear();
    }
  };

  const nameOfSender = ({ mine, sender_id }: MessageView) =>
    mine ? t('message.you') : nameOf(selectUser(store.getState(), sender_id));

  const actOnOne = (deed: Deed) => {
    const message = selectMessage(store.getState(), conversationId, deed.key);
    if (!message) return;
    // What has not been sent yet can only be sent again or given up.
    const isPending = message.seq === 0;
    const clientId = message.client_id ?? '';
    switch (deed.kind) {
      case 'retry':
        attempt(dispatch(retrySend(conversationId, clientId)));
        return;
      case 'discard':
        dispatch(discardSend(conversationId, clientId));
        return;
      case 'copy':
        attempt(copy(message.text));
        return;
      default:
        break;
    }
    if (isPending || message.kind === 'system') return;
    switch (deed.kind) {
      case 'menu': {
        const emoji = reactionAt(deed.at);
        if (emoji) setLayer({ kind: 'reactions', key: deed.key, emoji });
        else setLayer({ kind: 'menu', key: deed.key, at: deed.at });
        break;
      }
      case 'delete':
        setLayer({ kind: 'delete', messages: [message] });
        break;
      default:
        if (message.unsent_at === null) actOnWhole(deed, message);
    }
  };

  /** What makes no sense on a message that was deleted. */
  const actOnWhole = (deed: Deed, message: MessageView) => {
    switch (deed.kind) {
      case 'reply':
        onReply(message);
        break;
      case 'edit':
        if (isEditable(message)) onEdit(message);
        break;
      case 'forward':
        setLayer({ kind: 'forward', messages: [message] });
        break;
      case 'link':
        attempt(copy(linkTo(conversationId, message.seq)));
        break;
      case 'info':
      case 'reactions':
        setLayer({ kind: deed.kind, key: deed.key });
        break;
      case 'pin':
        if (rights.mayEdit) {
          attempt(dispatch(pinMessage(conversationId, message.seq, message.pinned_at === undefined)));
        }
        break;
      case 'react':
        setLayer({ kind: 'react', key: deed.key, at: deed.at });
        break;
      case 'toggle-reaction':
        reactTo(message, message.my_reaction === deed.emoji ? null : deed.emoji);
        break;
      default:
        break;
    }
  };

  function draw(top: Layer): ReactNode {
    if ('messages' in top) return drawForAll(top);
    const message = selectMessage(store.getState(), conversationId, top.key);
    return message && drawFor(top, message);
  }

  function drawForAll({ kind, messages }: LayerOfAll): ReactNode {
    return kind === 'forward' ? (
      <ForwardDialog
        conversationId={conversationId}
        messages={messages}
        onClose={close}
        onForward={selection.clear}
      />
    ) : (
      <DeleteDialog
        conversationId={conversationId}
        messages={messages}
        mayUnsend={messages.every((message) => factsOf(message, rights).mayUnsend)}
        onClose={close}
        onDelete={selection.clear}
      />
    );
  }

  function drawFor(top: LayerOfOne, message: MessageView): ReactNode {
    switch (top.kind) {
      case 'menu':
        return (
          <MessageMenu
            at={top.at}
            facts={factsOf(message, rights)}
            onAct={(kind) => act({ kind, key: top.key })}
            onReact={(emoji) => reactTo(message, emoji)}
            onMoreReactions={() => setLayer({ kind: 'react', key: top.key, at: top.at })}
            onClose={() => setLayer((now) => (now === top ? undefined : now))}
          />
        );
      case 'react':
        return (
          <EmojiPicker
            at={top.at}
            onClose={close}
            onPick={(emoji) => {
              close();
              reactTo(message, emoji);
            }}
          />
        );
      case 'reactions':
        return (
          <ReactionsDialog
            conversationId={conversationId}
            messageKey={top.key}
            first={top.emoji}
            onClose={close}
          />
        );
      case 'info':
        return <InfoDialog conversationId={conversationId} messageKey={top.key} onClose={close} />;
    }
  }

  const chosen = selection.messages();
  return {
    act,
    layer: <Suspense>{layer && draw(layer)}</Suspense>,
    selected: selection.isOn ? selection.keys : undefined,
    bar: selection.isOn && (
      <Suspense>
        <SelectionBar
          count={chosen.length}
          mayForward={chosen.every(isWhole)}
          mayCopy={chosen.some(hasText)}
          onForward={() => setLayer({ kind: 'forward', messages: chosen })}
          onDelete={() => setLayer({ kind: 'delete', messages: chosen })}
          onCopy={() => {
            attempt(copy(textOf(chosen.filter(hasText), nameOfSender)));
            selection.clear();
          }}
          onClose={selection.clear}
        />
      </Suspense>
    ),
  };
}

/** Tells when something that was the case is not any more, after what was drawn for it is gone. */
function useEnd(is: boolean, onEnd: () => void) {
  const was = useRef(is);
  const latest = useRef(onEnd);
  latest.current = onEnd;
  useEffect(() => {
    if (was.current && !is) latest.current();
    was.current = is;
  }, [is]);
}

type Rights = { mayEdit: boolean; isAdmin: boolean };

/** What one may do here, by the table of the protocol. */
function useRights(conversationId: string): Rights {
  const conversation = useAppSelector((state) => selectConversation(state, conversationId));
  const role = useAppSelector((state) => selectMy(state, conversationId)?.role ?? 'member');
  const isAdmin = conversation?.kind === 'group' && role !== 'member';
  return {
    isAdmin,
    mayEdit: conversation?.kind === 'group' && (isAdmin || conversation.members_may_edit),
  };
}

/** A forward is another's words and stays as it is. */
export function isEditable(message: MessageView): boolean {
  const { mine, seq, unsent_at, text, forwarded } = message;
  return mine && seq > 0 && unsent_at === null && text !== '' && !forwarded;
}

function isWhole({ unsent_at }: MessageView): boolean {
  return unsent_at === null;
}

function hasText({ text }: MessageView): boolean {
  return text !== '';
}

function factsOf(message: MessageView, { mayEdit, isAdmin }: Rights): MenuFacts {
  return {
    own: message.mine,
    unsent: !isWhole(message),
    hasText: hasText(message),
    mayEdit: isEditable(message),
    pinned: message.pinned_at !== undefined,
    mayPin: mayEdit,
    mayUnsend: isWhole(message) && (message.mine || isAdmin),
    myReaction: message.my_reaction,
    hasReactions: message.reactions.length > 0,
  };
}

/** The reaction under a finger or a pointer that asks for more: of it one wants to know whose it is. */
function reactionAt(at: Place): string | undefined {
  if (at instanceof Element) return undefined;
  const chip = document.elementFromPoint(at.x, at.y)?.closest<HTMLElement>('[data-do="toggle-reaction"]');
  return chip?.dataset.emoji;
}
