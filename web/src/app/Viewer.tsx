import { useState } from 'react';
import type { ShownIn } from '@/entities/shown';
import { Lightbox } from '@/features/lightbox/Lightbox';
import { ForwardDialog } from '@/features/message-actions/ForwardDialog';
import { attachmentUrl, thumbnailUrl } from '@/lib/api';

/** Photos of a conversation that are being looked at. */
export type Viewing = {
  conversationId: string;
  items: readonly ShownIn[];
  start: number;
};

type Props = Viewing & {
  onOpenAt: (conversationId: string, seq: number) => void;
  onClose: () => void;
};

/** Photos one at a time, and what can be done with the messages that show them. */
export function Viewer({ conversationId, items, start, onOpenAt, onClose }: Props) {
  const [forwarded, setForwarded] = useState<ShownIn>();
  const photos = items.map(({ attachment: { id, name, alt } }) => ({
    id,
    name,
    alt,
    small: thumbnailUrl(id, 320),
    large: thumbnailUrl(id, 1280),
    original: attachmentUrl(id),
  }));
  return (
    <>
      <Lightbox
        photos={photos}
        start={start}
        onShow={(index) => {
          const seq = items[index]?.message.seq;
          onClose();
          if (seq) onOpenAt(conversationId, seq);
        }}
        onForward={(index) => setForwarded(items[index])}
        onClose={onClose}
      />
      {forwarded && (
        <ForwardDialog
          conversationId={conversationId}
          messages={[forwarded.message]}
          onClose={() => setForwarded(undefined)}
          onForward={onClose}
        />
      )}
    </>
  );
}
