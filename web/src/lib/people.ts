import type { Profile, UserId } from '@/protocol';
import { thumbnailUrl } from './api';
import { t } from './i18n';

/** What to call a person: their name, or what stands for those who are gone or not known yet. */
export function nameOf(profile: Profile | undefined): string {
  if (!profile) return '…';
  return profile.deleted ? t('user.deleted') : profile.display_name || profile.username;
}

/** What an avatar shows of a person. */
export function faceOf(
  profile: Profile | undefined,
  id: UserId,
): { id: UserId; name: string; src: string | undefined } {
  const avatar = profile?.avatar;
  return { id, name: nameOf(profile), src: avatar ? thumbnailUrl(avatar, 320) : undefined };
}
