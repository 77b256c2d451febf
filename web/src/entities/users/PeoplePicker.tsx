import { useState } from 'react';
import { useT } from '@/lib/i18n';
import { useLatest } from '@/lib/latest';
import { faceOf } from '@/lib/people';
import type { UserId } from '@/protocol';
import { type Pickable, PickList } from '@/ui/PickList';
import { useAppDispatch } from '../hooks';
import { searchUsers } from './index';

type Props = {
  label: string;
  /** Who is not offered: oneself, or who is there already. */
  isLeftOut: (id: UserId) => boolean;
  chosen: readonly Pickable[];
  onChange: (chosen: readonly Pickable[]) => void;
};

/** Chooses people by their names or usernames. */
export function PeoplePicker({ label, isLeftOut, chosen, onChange }: Props) {
  const t = useT();
  const dispatch = useAppDispatch();
  const [query, setQuery] = useState('');
  const { answer, busy } = useLatest(query.trim(), (words) => dispatch(searchUsers(words)));
  const options = (answer ?? [])
    .filter(({ id }) => !isLeftOut(id))
    .map((profile) => ({ ...faceOf(profile, profile.id), note: `@${profile.username}` }));
  return (
    <PickList
      label={label}
      placeholder={t('new.search')}
      query={query}
      onQuery={setQuery}
      options={options}
      chosen={chosen}
      onChange={onChange}
      removeLabel={(name) => t('new.remove', { name })}
      busy={busy}
      empty={query.trim() === '' ? t('new.empty') : t('new.nobody')}
    />
  );
}
