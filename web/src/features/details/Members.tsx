import { useState } from 'react';
import { openDirect, removeMember, selectMembers, selectMy, setRole } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { selectPresence, useWatchPresence } from '@/entities/presence';
import { selectMe } from '@/entities/session';
import { selectUser } from '@/entities/users';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { faceOf } from '@/lib/people';
import { presenceOf } from '@/lib/presence';
import { useNow } from '@/lib/watched';
import type { Member, Role } from '@/protocol';
import { Avatar } from '@/ui/Avatar';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { IconButton } from '@/ui/IconButton';
import { IconDots } from '@/ui/icons';
import { Menu, type MenuItem } from '@/ui/Menu';
import { SearchField } from '@/ui/SearchField';
import { toast } from '@/ui/toasts';
import styles from './Details.module.css';

type Props = { conversationId: string; onOpenConversation: (conversationId: string) => void };

/** A search is worth its place above this many. */
const SEARCH_FROM = 20;
const WATCHED_MAX = 100;
const ORDER: Record<Role, number> = { owner: 0, admin: 1, member: 2 };

/** Who is in the group, and what those who may can do with each. */
export function Members({ conversationId, onOpenConversation }: Props) {
  const t = useT();
  const members = useAppSelector((state) => selectMembers(state, conversationId));
  const users = useAppSelector((state) => state.users);
  const [query, setQuery] = useState('');
  useWatchPresence(members.slice(0, WATCHED_MAX).map(({ user_id }) => user_id));
  const wanted = query.trim().toLocaleLowerCase();
  const shown = members
    .filter(({ user_id }) => faceOf(users[user_id], user_id).name.toLocaleLowerCase().includes(wanted))
    .toSorted((a, b) => ORDER[a.role] - ORDER[b.role]);
  return (
    <section className={styles.section}>
      <h2 className={styles.heading}>{t('details.people')}</h2>
      {members.length > SEARCH_FROM && (
        <div className={styles.search}>
          <SearchField
            label={t('people.searchLabel')}
            value={query}
            placeholder={t('list.search')}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
      )}
      <ul>
        {shown.map((member) => (
          <li key={member.user_id}>
            <Person conversationId={conversationId} member={member} onOpenConversation={onOpenConversation} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Person({ conversationId, member, onOpenConversation }: Props & { member: Member }) {
  const t = useT();
  const dispatch = useAppDispatch();
  const now = useNow();
  const meId = useAppSelector(selectMe)?.id;
  const myRole = useAppSelector((state) => selectMy(state, conversationId)?.role ?? 'member');
  const profile = useAppSelector((state) => selectUser(state, member.user_id));
  const presence = useAppSelector((state) => selectPresence(state, member.user_id));
  const [menuAt, setMenuAt] = useState<Element>();
  const [isRemoving, setRemoving] = useState(false);
  const face = faceOf(profile, member.user_id);
  const isMe = member.user_id === meId;

  const attempt = async (deed: Promise<unknown>) => {
    try {
      await deed;
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    }
  };
  const item = (id: string, label: string, onSelect: () => void, danger = false): MenuItem => ({
    id,
    label,
    onSelect,
    danger,
  });
  const role = (next: Role, label: string): MenuItem[] =>
    myRole === 'owner' && member.role !== next
      ? [item(next, t(label), () => void attempt(dispatch(setRole(conversationId, member.user_id, next))))]
      : [];
  const mayRemove = myRole !== 'member' && ORDER[myRole] < ORDER[member.role];
  const items: MenuItem[] = [
    item(
      'talk',
      t('details.openChat', { name: face.name }),
      () => void attempt(dispatch(openDirect(member.user_id)).then(onOpenConversation)),
    ),
    ...role('admin', 'details.changeRoleAdmin'),
    ...role('member', 'details.changeRoleMember'),
    ...role('owner', 'details.changeRoleOwner'),
    ...(mayRemove ? [item('remove', t('details.remove'), () => setRemoving(true), true)] : []),
  ];
  return (
    <div className={styles.person}>
      <Avatar {...face} size={28} presence={presenceOf(presence, now)} />
      <bdi className={styles.personName}>{isMe ? t('details.you') : face.name}</bdi>
      {member.role !== 'member' && <span className={styles.role}>{t(`role.${member.role}`)}</span>}
      {!isMe && (
        <IconButton
          small
          label={t('details.adminMenu', { name: face.name })}
          aria-haspopup="menu"
          aria-expanded={menuAt !== undefined}
          onClick={(event) => setMenuAt(menuAt ? undefined : event.currentTarget)}
        >
          <IconDots />
        </IconButton>
      )}
      {menuAt && (
        <Menu
          at={menuAt}
          label={t('details.adminMenu', { name: face.name })}
          items={items}
          onClose={() => setMenuAt(undefined)}
        />
      )}
      {isRemoving && (
        <ConfirmDialog
          danger
          title={t('details.remove')}
          text={t('details.removeText', { name: face.name })}
          confirm={t('details.remove')}
          onConfirm={() => attempt(dispatch(removeMember(conversationId, member.user_id)))}
          onClose={() => setRemoving(false)}
        />
      )}
    </div>
  );
}
