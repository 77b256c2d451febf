import type { MessageView } from '@/entities/messages';
import { ApiError, attachmentUrl, thumbnailUrl } from '@/lib/api';
import { t } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { faceOf, nameOf } from '@/lib/people';
import { oneLine } from '@/lib/plain-text';
import type { Attachment, Message, Profile } from '@/protocol';
import type { ShownAttachment, ShownMessage, ShownQuote } from './model';

type Parts = {
  sender: Profile | undefined;
  quote: ShownQuote | undefined;
  uploads: readonly ShownAttachment[];
};

/** What a row shows of a message. */
export function shownMessage(view: MessageView, { sender, quote, uploads }: Parts): ShownMessage {
  return {
    key: String(view.key),
    seq: view.seq === 0 ? null : view.seq,
    sender: faceOf(sender, view.sender_id),
    own: view.mine,
    text: view.text,
    entities: view.entities,
    attachments: uploads.length > 0 ? uploads : view.attachments.map(shownAttachment),
    quote,
    reactions: view.reactions,
    myReaction: view.my_reaction,
    createdAt: view.created_at,
    edited: view.edited_at !== null,
    unsent: view.unsent_at !== null,
    forwarded: view.forwarded ?? false,
    pinned: view.pinned_at !== undefined,
    state: view.state ?? 'sent',
    problem: view.problem ? errorText(new ApiError(view.problem)) : undefined,
    system: view.system,
  };
}

/** An attachment that is on the server. */
export function shownAttachment(attachment: Attachment): ShownAttachment {
  const { id, kind, name, size, alt, width, height, thumbhash } = attachment;
  return {
    id,
    kind,
    name,
    size,
    alt,
    width,
    height,
    thumbhash,
    thumb: thumbnailUrl(id, 320),
    large: thumbnailUrl(id, 1280),
    original: attachmentUrl(id),
  };
}

/** What a message answers: `null` was deleted, `undefined` is not to be seen by this reader; both are said alike. */
export function shownQuote(
  seq: number,
  quoted: Message | null | undefined,
  author: Profile | undefined,
  isMine: boolean,
): ShownQuote {
  if (!quoted) return { seq, author: '', text: '', gone: true };
  const picture = quoted.attachments.find(({ kind }) => kind === 'image');
  return {
    seq,
    author: isMine ? t('message.you') : nameOf(author),
    text: quoted.text ? oneLine(quoted.text, quoted.entities) : attachmentsInBrief(quoted.attachments),
    thumb: picture && thumbnailUrl(picture.id, 320),
    gone: false,
  };
}

/** Attachments in a few words, for a line of preview. */
export function attachmentsInBrief(attachments: readonly Attachment[]): string {
  const photos = attachments.filter(({ kind }) => kind === 'image').length;
  const [first] = attachments;
  if (!first) return '';
  return photos > 0 ? t('preview.photos', { count: photos }) : t('preview.file', { name: first.name });
}
