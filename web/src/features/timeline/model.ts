import type { Entity, Reaction, SystemNotice } from '@/protocol';
import type { Face } from '@/ui/Avatar';
import type { TickState } from '@/ui/Tick';

/** A picture or file of a message: on the server, or still on its way there. */
export type ShownAttachment = {
  id: string;
  kind: 'image' | 'video' | 'audio' | 'file';
  name: string;
  size: number;
  alt: string | undefined;
  width: number | undefined;
  height: number | undefined;
  thumbhash: string | undefined;
  /** From where it is shown: small, large, and as it was sent. */
  thumb: string;
  large: string;
  original: string;
  /** 0 to 1 while it is being sent. */
  progress?: number | undefined;
};

/** What a message answers, as its reader may see it. */
export type ShownQuote = {
  seq: number;
  author: string;
  text: string;
  thumb?: string | undefined;
  gone: boolean;
};

/** Everything that a row shows of a message. */
export type ShownMessage = {
  key: string;
  seq: number | null;
  sender: Face;
  own: boolean;
  text: string;
  entities: readonly Entity[];
  attachments: readonly ShownAttachment[];
  quote: ShownQuote | undefined;
  reactions: readonly Reaction[];
  myReaction: string | undefined;
  createdAt: number;
  edited: boolean;
  unsent: boolean;
  forwarded: boolean;
  pinned: boolean;
  state: TickState;
  /** Why it was not sent, in words. */
  problem: string | undefined;
  system: SystemNotice | undefined;
};
