import { useState } from 'react';
import { type ListRow, selectConversationIds, selectListRow } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { forwardMessages } from '@/entities/messages';
import { selectMe } from '@/entities/session';
import { thumbnailUrl } from '@/lib/api';
import { t, useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import type { Message } from '@/protocol';
import { PickDialog } from '@/ui/PickDialog';
import { type Pickable, PickList } from '@/ui/PickList';
import { toast } from '@/ui/toasts';

type Props = {
  conversationId: string;
  messages: readonly Message[];
  onClose: () => void;
  /** They are on their way. */
  onForward: () => void;
};

/** Conversations that are offered; the rest is found by name. */
const OFFERED_MAX = 50;

/** Sends copies of messages to other conversations. */
export function ForwardDialog({ conversationId, messages, onClose, onForward }: Props) {
  useT();
  const dispatch = useAppDispatch();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<readonly Pickable[]>([]);
  const options = useAppSelector((state) => offered(state, query), sameIds);
  const forward = async () => {
    onClose();
    onForward();
    try {
      await dispatch(
        forwardMessages(
          conversationId,
          messages,
          chosen.map(({ id }) => id),
        ),
      );
      toast(t('forward.done'));
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    }
  };
  return (
    <PickDialog
      title={t('forward.title')}
      status={t('forward.chosen', { count: chosen.length })}
      act={t('forward.send')}
      isEmpty={chosen.length === 0}
      onAct={() => void forward()}
      onClose={onClose}
    >
      <PickList
        label={t('forward.title')}
        placeholder={t('forward.search')}
        query={query}
        onQuery={setQuery}
        options={options}
        chosen={chosen}
        onChange={setChosen}
        removeLabel={(name) => t('new.remove', { name })}
        empty={t('forward.empty')}
      />
    </PickDialog>
  );
}

function offered(state: Parameters<typeof selectListRow>[0], query: string): Pickable[] {
  const wanted = query.trim().toLocaleLowerCase();
  return selectConversationIds(state, 'all')
    .flatMap((id) => pickable(id, selectListRow(state, id), selectMe(state)?.id) ?? [])
    .filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
    .slice(0, OFFERED_MAX);
}

/** As the list shows it: what one says to oneself bears no name of a person. */
function pickable(id: string, row: ListRow | undefined, meId: string | undefined): Pickable | undefined {
  if (!row) return undefined;
  const name = row.peer !== null && row.peer === meId ? t('user.saved') : row.title || t('user.deleted');
  const src = row.avatar ? thumbnailUrl(row.avatar, 320) : undefined;
  return { id, name, face: { id: row.peer ?? id, name: row.title || '?', src } };
}

function sameIds(a: readonly Pickable[], b: readonly Pickable[]): boolean {
  return a.length === b.length && a.every((each, index) => each.id === b[index]?.id);
}
