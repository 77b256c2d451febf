import type { ListRow } from '@/entities/conversations';
import { t } from '@/lib/i18n';
import { nameOf } from '@/lib/people';
import { oneLine } from '@/lib/plain-text';

/** The last line of a conversation: who wrote it, where that is worth saying, and what. */
export function previewOf(
  row: ListRow,
  meId: string | undefined,
): { author: string | undefined; preview: string } {
  const { last, lastSender, kind } = row;
  if (!last) return { author: undefined, preview: t('preview.none') };
  if (last.kind === 'system') return { author: undefined, preview: systemLine(row, meId) };
  const isMine = last.sender_id === meId;
  const author = isMine ? t('message.you') : kind === 'group' && lastSender ? nameOf(lastSender) : undefined;
  return { author, preview: contentOf(last) };
}

function contentOf(last: NonNullable<ListRow['last']>): string {
  if (last.unsent_at !== null) return t('preview.unsent');
  if (last.text !== '') return oneLine(last.text, last.entities);
  const photos = last.attachments.filter(({ kind }) => kind === 'image').length;
  const [first] = last.attachments;
  if (photos > 0) return t('preview.photos', { count: photos });
  return first ? t('preview.file', { name: first.name }) : '';
}

function systemLine({ last, lastSender }: ListRow, meId: string | undefined): string {
  const system = last?.system;
  if (!system) return '';
  const isMine = system.actor_id === meId;
  const actor = isMine ? t('message.you') : nameOf(lastSender ?? undefined);
  // Whom it concerns is said in the thread; here one line is enough.
  return t(`preview.system.${system.action}`, {
    by: isMine ? 'you' : 'other',
    actor,
    title: system.title ?? '',
  });
}
