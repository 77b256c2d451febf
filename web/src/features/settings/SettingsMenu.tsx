import { Link } from 'wouter';
import { useT } from '@/lib/i18n';
import { classes } from '@/ui/classes';
import {
  IconBell,
  IconBrush,
  IconChevronRight,
  IconDatabase,
  IconEye,
  IconInfoCircle,
  IconKeyboard,
  IconLanguage,
  IconLock,
  IconUserFilled,
} from '@/ui/icons';
import { SETTINGS_PAGES, type SettingsPage } from './pages';
import styles from './Settings.module.css';

const ICONS = {
  profile: IconUserFilled,
  appearance: IconBrush,
  notifications: IconBell,
  language: IconLanguage,
  privacy: IconEye,
  security: IconLock,
  shortcuts: IconKeyboard,
  storage: IconDatabase,
  about: IconInfoCircle,
};

/** The list of the settings' pages; on a phone it is a page itself. */
export function SettingsMenu({ current }: { current: SettingsPage | undefined }) {
  const t = useT();
  return (
    <nav aria-label={t('settings.label')} className={styles.menu}>
      <h1 className={styles.menuTitle}>{t('settings.title')}</h1>
      <ul>
        {SETTINGS_PAGES.map((page) => {
          const Icon = ICONS[page];
          return (
            <li key={page}>
              <Link
                href={`/settings/${page}`}
                aria-current={page === current ? 'page' : undefined}
                className={classes(styles.menuItem, page === current && styles.currentItem)}
              >
                <Icon aria-hidden="true" />
                {t(`settings.${page}`)}
                <IconChevronRight className={styles.chevron} aria-hidden="true" />
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
