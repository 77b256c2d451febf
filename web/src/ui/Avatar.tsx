import { useState } from 'react';
import styles from './Avatar.module.css';
import { hueOf, initialsOf } from './avatar-look';
import { classes } from './classes';

export type Presence = 'online' | 'recent' | undefined;

/** What an avatar shows: the id chooses the hue, the name the initials, the picture replaces both. */
export type Face = { id: string; name: string; src?: string | undefined };

export type AvatarSize = 16 | 24 | 28 | 32 | 40 | 48 | 96;

type Props = Face & {
  size: AvatarSize;
  presence?: Presence;
  className?: string | undefined;
};

/** A person's or group's picture. It is decoration: the name stands beside it, and its owner says who is online. */
export function Avatar({ id, name, src, size, presence, className }: Props) {
  const [broken, setBroken] = useState<string>();
  const showsPicture = src !== undefined && src !== broken;
  return (
    <span className={classes(styles.avatar, styles[`size${size}`], className)} aria-hidden="true">
      {showsPicture ? (
        <img
          className={styles.face}
          src={src}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setBroken(src)}
        />
      ) : (
        <span className={classes(styles.face, styles[`hue${hueOf(id)}`])}>{initialsOf(name)}</span>
      )}
      {presence && <span className={classes(styles.dot, styles[presence])} />}
    </span>
  );
}

/** Two of a group's people, one over the other: the picture of a group that has neither picture nor title. */
export function StackedAvatar({
  faces,
  size,
  presence,
  className,
}: Omit<Props, keyof Face> & { faces: Face[] }) {
  const [back, front] = faces;
  if (!back || !front) {
    return (
      <Avatar {...(back ?? { id: '', name: '' })} size={size} presence={presence} className={className} />
    );
  }
  const small = SMALL[size];
  return (
    <span className={classes(styles.stack, styles[`size${size}`], className)} aria-hidden="true">
      <Avatar {...back} size={small} className={styles.back} />
      <Avatar {...front} size={small} className={styles.front} />
      {presence && <span className={classes(styles.dot, styles[presence])} />}
    </span>
  );
}

const SMALL: Record<AvatarSize, AvatarSize> = {
  16: 16,
  24: 16,
  28: 16,
  32: 24,
  40: 28,
  48: 32,
  96: 48,
};
