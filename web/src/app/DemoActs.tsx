import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAppDispatch } from '@/entities/hooks';
import { signOut } from '@/entities/session';
import { useT } from '@/lib/i18n';
import { Dialog } from '@/ui/Dialog';
import styles from './DemoActs.module.css';

/** The two ways out of a demonstration: to be oneself in it, and to be rid of it. */
export function DemoActs() {
  const t = useT();
  const dispatch = useAppDispatch();
  const [, navigate] = useLocation();
  const [isDeleting, setDeleting] = useState(false);
  const register = async () => {
    await dispatch(signOut({ mayLoseUnsent: true }));
    navigate('/register');
  };
  return (
    <div className={styles.acts}>
      <button type="button" className={styles.act} onClick={() => setDeleting(true)}>
        {t('demo.delete')}
      </button>
      <button type="button" className={styles.act} onClick={() => void register()}>
        {t('demo.register')}
      </button>
      {isDeleting && <HowToDelete onClose={() => setDeleting(false)} />}
    </div>
  );
}

/** The program cannot pull away the folder that it stands on, so it says how. */
function HowToDelete({ onClose }: { onClose: () => void }) {
  const t = useT();
  return (
    <Dialog
      title={t('demo.deleteTitle')}
      size="small"
      closeLabel={t('action.close')}
      onClose={onClose}
      reading
    >
      <ol className={styles.steps}>
        <li>{t('demo.deleteStop')}</li>
        <li>{t('demo.deleteFolder')}</li>
        <li>{t('demo.deleteStart')}</li>
      </ol>
    </Dialog>
  );
}
