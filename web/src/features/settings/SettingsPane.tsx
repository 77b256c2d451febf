import type { ReactNode } from 'react';
import { useT } from '@/lib/i18n';
import { IconButton } from '@/ui/IconButton';
import { IconChevronLeft } from '@/ui/icons';
import { About } from './About';
import { Appearance } from './Appearance';
import { LanguagePage } from './LanguagePage';
import { Notifications } from './Notifications';
import { Privacy } from './Privacy';
import { ProfilePage } from './ProfilePage';
import type { SettingsPage } from './pages';
import { Security } from './Security';
import styles from './Settings.module.css';
import { Shortcuts } from './Shortcuts';
import { Storage } from './Storage';

const PAGES: Record<SettingsPage, () => ReactNode> = {
  profile: ProfilePage,
  appearance: Appearance,
  notifications: Notifications,
  language: LanguagePage,
  privacy: Privacy,
  security: Security,
  shortcuts: Shortcuts,
  storage: Storage,
  about: About,
};

/** One page of the settings. Changes hold at once. */
export function SettingsPane({ page, onBack }: { page: SettingsPage; onBack: () => void }) {
  const t = useT();
  const Page = PAGES[page];
  return (
    <>
      <header className={styles.header}>
        <IconButton label={t('action.back')} className={styles.back} onClick={onBack}>
          <IconChevronLeft />
        </IconButton>
        <h1 id="settings-title">{t(`settings.${page}`)}</h1>
      </header>
      <div className={styles.page}>
        <div className={styles.body}>
          <Page />
        </div>
      </div>
    </>
  );
}
