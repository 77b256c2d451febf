import { type ReactNode, Suspense, useState } from 'react';
import { selectConversation, selectMy } from '@/entities/conversations';
import { useAppDispatch, useAppSelector, useAppStore } from '@/entities/hooks';
import {
  deleteForEveryone,
  deleteForMe,
  discardSend,
  type MessageKey,
  type MessageView,
  pinMessage,
  react,
  retrySend,
  selectMessage,
} from '@/entities/messages';
import { t } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { lazily } from '@/lib/lazily';
import { rememberEmoji } from '@/ui/emoji';
import type { Place } from '@/ui/place';
import { toast } from '@/ui/toasts';
import { type MenuFacts, type MessageAction, MessageMenu } from './MessageMenu';

const EmojiPicker = lazily(async () => (await import('@/ui/EmojiPicker')).EmojiPicker);
const DeleteDialog = lazily(async () => (await import('./DeleteDialog')).DeleteDialog);
const ForwardDialog = lazily(async () => (await import('./ForwardDialog')).ForwardDialog);
const ReactionsDialog = lazily(async () => (await import('./ReactionsDialog')).ReactionsDialog);
const InfoDialog = lazily(async () => (await import('./InfoDialog')).InfoDialog);

/** What can be asked of a message from outside of its menu. */
export type Deed =
  | { kind: MessageAction | 'retry' | 'discard'; key: MessageKey }
  | { kind: 'menu' | 'react'; key: MessageKey; at: Place }
  | { kind: 'toggle-reaction'; key: MessageKey; emoji: string };

type Options = {
  onReply: (message: MessageView) => void;
  onEdit: (message: MessageView) => void;
};

type Layer =
  | { kind: 'menu' | 'react'; key: MessageKey; at: Place }
  | { kind: 'forward' | 'info' | 'delete'; key: MessageKey }
  | { kind: 'reactions'; key: MessageKey; emoji?: string | undefined };

/**
 * Everything that can be done with a message, and the menus and dialogs it needs. `act` does or asks; `layer` is to be
 * drawn beside the timeline.
 */
export function useMessageActions(conversationId: string, { onReply, onEdit }: Options) {
  const dispatch = useAppDispatch();
  const store = useAppStore();
  const [layer, setLayer] = useState<Layer>();
  const close = () => setLayer(undefined);
  const rights = useRights(conversationId);

  const attempt = (deed: Promise<unknown>) =>
    void deed.catch((error: unknown) => toast(errorText(error), { tone: 'danger' }));

  const reactTo = (message: MessageView, emoji: string | null) => {
    if (emoji) rememberEmoji(emoji);
    attempt(dispatch(react(conversationId, message.seq, emoji)));
  };

  const act = (deed: Deed) => {
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
        setLayer({ kind: 'delete', key: deed.key });
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

  const shown = layer && selectMessage(store.getState(), conversationId, layer.key);
  const drawn = layer && shown && draw(layer, shown);

  function draw(top: Layer, message: MessageView): ReactNode {
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
      case 'forward':
        return <ForwardDialog conversationId={conversationId} seq={message.seq} onClose={close} />;
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
      case 'delete':
        return (
          <DeleteDialog
            mayUnsend={factsOf(message, rights).mayUnsend}
            onClose={close}
            onDelete={(scope) => {
              const deed = scope === 'me' ? deleteForMe : deleteForEveryone;
              attempt(dispatch(deed(conversationId, message.seq)));
            }}
          />
        );
    }
  }

  return { act, layer: <Suspense>{drawn}</Suspense> };
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

function factsOf(message: MessageView, { mayEdit, isAdmin }: Rights): MenuFacts {
  const isWhole = message.unsent_at === null;
  return {
    own: message.mine,
    unsent: !isWhole,
    hasText: message.text !== '',
    mayEdit: isEditable(message),
    pinned: message.pinned_at !== undefined,
    mayPin: mayEdit,
    mayUnsend: isWhole && (message.mine || isAdmin),
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

/** Plain HTTP has no clipboard interface; there the old command does it. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copyBySelection(text);
  toast(t('action.copied'));
}

function copyBySelection(text: string) {
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
