import type { MessageView } from '@/entities/messages';
import { t } from '@/lib/i18n';
import { dateAndTime } from '@/lib/i18n/dates';
import { toast } from '@/ui/toasts';

/** One message as it was written; several each under its author and time. */
export function textOf(messages: readonly MessageView[], nameOf: (message: MessageView) => string): string {
  const [only] = messages;
  if (only && messages.length === 1) return only.text;
  return messages
    .map((message) => `${nameOf(message)}, ${dateAndTime(message.created_at)}\n${message.text}`)
    .join('\n\n');
}

/** The address at which a message is shown to those who are in its conversation. */
export function linkTo(conversationId: string, seq: number): string {
  return `${location.origin}/c/${conversationId}?at=${seq}`;
}

/** Plain HTTP has no clipboard interface; there the old command does it. */
export async function copy(text: string): Promise<void> {
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
