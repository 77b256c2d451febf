import { Link } from 'wouter';
import { useT } from '@/lib/i18n';
import { Avatar } from '@/ui/Avatar';
import { classes } from '@/ui/classes';
import {
  IconMessageCircle,
  IconMessageCircleFilled,
  IconSettings,
  IconSettingsFilled,
  IconUserFilled,
  IconUsers,
} from '@/ui/icons';
import styles from './Navigation.module.css';

/** The parts of the client one can be in. */
export type Place = 'chats' | 'people' | 'settings';

type Props = {
  place: Place;
  me: { id: string; name: string; src?: string | undefined };
  isUnread: boolean;
};

/** The rail beside the list, or on a phone the bar below it. */
export function Navigation({ place, me, isUnread }: Props) {
  const t = useT();
  return (
    <nav aria-label={t('nav.label')} className={styles.nav}>
      <Link
        href="/settings/profile"
        className={styles.me}
        aria-label={t('nav.profile')}
        data-tip={t('nav.profile')}
      >
        <Avatar {...me} size={40} />
      </Link>
      <Item href="/" label={t('nav.chats')} current={place === 'chats'} dot={isUnread}>
        {place === 'chats' ? <IconMessageCircleFilled /> : <IconMessageCircle />}
      </Item>
      <Item href="/people" label={t('nav.people')} current={place === 'people'}>
        {place === 'people' ? <IconUserFilled /> : <IconUsers />}
      </Item>
      <span className={styles.space} />
      <Item href="/settings" label={t('nav.settings')} current={place === 'settings'}>
        {place === 'settings' ? <IconSettingsFilled /> : <IconSettings />}
      </Item>
    </nav>
  );
}

type ItemProps = { href: string; label: string; current: boolean; dot?: boolean; children: React.ReactNode };

function Item({ href, label, current, dot, children }: ItemProps) {
  return (
    <Link
      href={href}
      aria-current={current ? 'page' : undefined}
      data-tip={label}
      className={classes(styles.item, current && styles.current)}
    >
      <span className={styles.icon}>
        {children}
        {dot && !current && <span className={styles.dot} aria-hidden="true" />}
      </span>
      <span className={styles.label}>{label}</span>
    </Link>
  );
}
