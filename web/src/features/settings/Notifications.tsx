import { useState } from 'react';
import { useT } from '@/lib/i18n';
import {
  NOTICE_KINDS,
  type NoticeChoices,
  noticePermission,
  readNoticeChoices,
  setNoticeChoices,
} from '@/lib/notices';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { Switch } from '@/ui/Switch';
import { toast } from '@/ui/toasts';
import styles from './Notifications.module.css';
import settings from './Settings.module.css';

const WAYS = ['system', 'sound'] as const;

/** Of what this device tells, how, and when not. */
export function Notifications() {
  const t = useT();
  const [choices, setShown] = useState(readNoticeChoices);
  const change = (part: Partial<NoticeChoices>) => {
    const next = { ...choices, ...part };
    setNoticeChoices(next);
    setShown(next);
  };
  const { quiet } = choices;
  return (
    <>
      <Permission preview={choices.preview} />
      <section className={settings.section}>
        <h2 id="notices-of">{t('notices.of')}</h2>
        <table className={styles.table} aria-labelledby="notices-of">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{t('notices.of')}</span>
              </th>
              {WAYS.map((way) => (
                <th key={way} scope="col">
                  {t(`notices.${way}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {NOTICE_KINDS.map((kind) => (
              <tr key={kind}>
                <th scope="row">{t(`notices.${kind}`)}</th>
                {WAYS.map((way) => (
                  <td key={way}>
                    <input
                      type="checkbox"
                      className={styles.tick}
                      aria-label={t('notices.cell', { kind: t(`notices.${kind}`), way: t(`notices.${way}`) })}
                      checked={choices[way][kind]}
                      onChange={(event) =>
                        change({ [way]: { ...choices[way], [kind]: event.target.checked } })
                      }
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Switch
        label={t('notices.preview')}
        hint={t('notices.previewHint')}
        checked={choices.preview}
        onChange={(event) => change({ preview: event.target.checked })}
      />
      <div>
        <Switch
          label={t('notices.quiet')}
          hint={t('notices.quietHint')}
          checked={quiet.isOn}
          onChange={(event) => change({ quiet: { ...quiet, isOn: event.target.checked } })}
        />
        {quiet.isOn && (
          <div className={styles.hours}>
            {(['from', 'to'] as const).map((end) => (
              <label key={end}>
                {t(`notices.quiet.${end}`)}
                <input
                  type="time"
                  required
                  value={quiet[end]}
                  onChange={(event) =>
                    event.target.value && change({ quiet: { ...quiet, [end]: event.target.value } })
                  }
                />
              </label>
            ))}
          </div>
        )}
      </div>
    </>
  );
}

/** Whether the browser lets notifications through, and how to have them. */
function Permission({ preview }: { preview: boolean }) {
  const t = useT();
  const [permission, setPermission] = useState(noticePermission);
  const ask = async () => {
    await Notification.requestPermission();
    setPermission(noticePermission());
  };
  const test = () => {
    try {
      const shown = new Notification('Kith', {
        body: preview ? t('notices.testText') : t('notice.new'),
        tag: 'test',
      });
      shown.addEventListener('click', () => window.focus());
    } catch {
      toast(t('notices.testText'));
    }
  };
  if (permission === 'granted') {
    return (
      <div className={settings.actions}>
        <Button onClick={test}>{t('notices.test')}</Button>
      </div>
    );
  }
  if (permission === 'default') {
    return (
      <div className={settings.section}>
        <p className={settings.muted}>{t('notices.ask')}</p>
        <div className={settings.actions}>
          <Button look="primary" onClick={() => void ask()}>
            {t('notice.allow')}
          </Button>
        </div>
      </div>
    );
  }
  return <Notice>{t(`notices.${permission}`)}</Notice>;
}
