import { useState } from 'react';
import { useT } from '@/lib/i18n';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import styles from './RequestBar.module.css';

type Props = {
  name: string;
  onReply: () => void;
  onArchive: () => void;
  /** Waited for; a refusal is the caller's to tell. */
  onBlock: () => unknown;
};

/** Stands above the field while somebody one does not know waits for an answer: what can be done about them. */
export function RequestBar({ name, onReply, onArchive, onBlock }: Props) {
  const t = useT();
  const [isAsking, setAsking] = useState(false);
  return (
    <section aria-label={t('request.label')} className={styles.bar}>
      <div className={styles.row}>
        <p className={styles.text}>{t('request.text', { name })}</p>
        <div className={styles.choices}>
          <Button look="danger-quiet" onClick={() => setAsking(true)}>
            {t('request.block')}
          </Button>
          <Button look="quiet" onClick={onArchive}>
            {t('list.archive')}
          </Button>
          <Button onClick={onReply}>{t('request.reply')}</Button>
        </div>
      </div>
      {isAsking && (
        <ConfirmDialog
          danger
          title={t('details.block', { name })}
          text={t('details.blockText', { name })}
          confirm={t('details.block', { name })}
          onConfirm={onBlock}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}
