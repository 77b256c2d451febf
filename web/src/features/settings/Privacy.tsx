import { shallowEqual } from 'react-redux';
import { block, changeSettings, selectBlockedIds, selectSettings } from '@/entities/account';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { faceOf } from '@/lib/people';
import type { SettingsChange } from '@/protocol';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { Switch } from '@/ui/Switch';
import { toast } from '@/ui/toasts';
import styles from './Settings.module.css';

/** What others may see of what one does. Both work both ways. */
export function Privacy() {
  const t = useT();
  const dispatch = useAppDispatch();
  const settings = useAppSelector(selectSettings);
  const change = async (part: SettingsChange) => {
    try {
      await dispatch(changeSettings(part));
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    }
  };
  return (
    <>
      <Switch
        label={t('settings.receipts')}
        hint={t('settings.receiptsHint')}
        checked={settings.read_receipts}
        onChange={(event) => void change({ read_receipts: event.target.checked })}
      />
      <Switch
        label={t('settings.presence')}
        hint={t('settings.presenceHint')}
        checked={settings.presence}
        onChange={(event) => void change({ presence: event.target.checked })}
      />
      <Blocked />
    </>
  );
}

/** Whom one has blocked, and the way back for each. */
function Blocked() {
  const t = useT();
  const dispatch = useAppDispatch();
  const ids = useAppSelector(selectBlockedIds, shallowEqual);
  const users = useAppSelector((state) => state.users);
  const unblock = (id: string) =>
    void dispatch(block(id, false)).catch((error: unknown) => toast(errorText(error), { tone: 'danger' }));
  return (
    <section className={styles.section}>
      <h2>{t('settings.blocked')}</h2>
      {ids.length === 0 && <p className={styles.muted}>{t('settings.blockedNone')}</p>}
      <ul>
        {ids.map((id) => {
          const face = faceOf(users[id], id);
          return (
            <li key={id} className={styles.session}>
              <Avatar {...face} size={40} />
              <div>
                <bdi>{face.name}</bdi>
              </div>
              <Button aria-label={t('details.unblock', { name: face.name })} onClick={() => unblock(id)}>
                {t('composer.unblock')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
