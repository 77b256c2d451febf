import { useAppSelector } from '@/entities/hooks';
import { selectServerInfo } from '@/entities/session';
import { useT } from '@/lib/i18n';
import { Notice } from '@/ui/Notice';
import styles from './Settings.module.css';

/** What this is and where it runs. */
export function About() {
  const t = useT();
  const server = useAppSelector(selectServerInfo);
  return (
    <>
      {!isSecureContext && (
        <Notice>
          <strong>{t('settings.insecure')}</strong> {t('settings.insecureText')}
        </Notice>
      )}
      <dl className={styles.facts}>
        <dt>{t('settings.aboutServer')}</dt>
        <dd>
          <bdi>{server?.name}</bdi>
        </dd>
        <dt>{t('settings.aboutVersion')}</dt>
        <dd>{server?.version}</dd>
      </dl>
      <p className={styles.muted}>{t('settings.aboutText')}</p>
    </>
  );
}
