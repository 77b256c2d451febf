import { useT } from '@/lib/i18n';
import { IconButton } from '@/ui/IconButton';
import { IconArrowBackUp, IconPencil, IconX } from '@/ui/icons';
import styles from './ComposerStrip.module.css';

/** What the next message answers, or the message that is being changed. */
export type ComposerMode =
  | { kind: 'reply'; seq: number; author: string; text: string }
  | { kind: 'edit'; seq: number; text: string };

/** Says above the field what sending will do besides sending. */
export function ComposerStrip({ mode, onCancel }: { mode: ComposerMode; onCancel: () => void }) {
  const t = useT();
  const isReply = mode.kind === 'reply';
  return (
    <div className={styles.strip}>
      {isReply ? <IconArrowBackUp aria-hidden="true" /> : <IconPencil aria-hidden="true" />}
      <div className={styles.words}>
        <strong>{isReply ? t('composer.replyingTo', { name: mode.author }) : t('composer.editing')}</strong>
        <span>
          <bdi>{mode.text}</bdi>
        </span>
      </div>
      <IconButton
        small
        label={isReply ? t('composer.cancelReply') : t('composer.cancelEdit')}
        onClick={onCancel}
      >
        <IconX />
      </IconButton>
    </div>
  );
}
