import { memo } from 'react';
import type { Entity } from '@/protocol';
import styles from './RichText.module.css';
import { openable, type Piece, piecesOf } from './rich-text';

type Props = {
  text: string;
  entities: readonly Entity[];
  /** The reader, whose own mention stands out. */
  meId: string | undefined;
};

/** A message's words with what the server found in them. Every character reaches the page as text. */
export const RichText = memo(function RichText({ text, entities, meId }: Props) {
  return (
    <span className={styles.text}>
      {piecesOf(text, entities).map((piece, index) => draw(piece, index, meId))}
    </span>
  );
});

function draw(piece: Piece, key: number, meId: string | undefined) {
  if (piece.kind === 'plain') return piece.text;
  const { entity } = piece;
  const inside = piece.inside.map((each, index) => draw(each, index, meId));
  switch (entity.kind) {
    case 'bold':
      return <strong key={key}>{inside}</strong>;
    case 'italic':
      return <em key={key}>{inside}</em>;
    case 'strike':
      return <s key={key}>{inside}</s>;
    case 'code':
      return (
        <code key={key} dir="ltr" className={styles.code}>
          {piece.text}
        </code>
      );
    case 'code_block':
      return (
        <pre key={key} dir="ltr" className={styles.block}>
          <code>{piece.text}</code>
        </pre>
      );
    case 'link': {
      const href = openable(entity.url);
      return href ? (
        <a key={key} href={href} target="_blank" rel="noopener noreferrer" className={styles.link}>
          {inside}
        </a>
      ) : (
        <span key={key}>{inside}</span>
      );
    }
    case 'mention':
      return (
        <bdi key={key} className={entity.user_id === meId ? styles.me : styles.mention}>
          {inside}
        </bdi>
      );
    default:
      return <span key={key}>{inside}</span>;
  }
}
