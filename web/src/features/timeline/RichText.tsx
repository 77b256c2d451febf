import { memo, type ReactNode, useMemo } from 'react';
import { type Segment, segments } from '@/lib/text/segments';
import type { Entity } from '@/protocol';
import styles from './RichText.module.css';

type Props = {
  text: string;
  entities: readonly Entity[];
  /** The reader, whose own mention stands out. */
  meId: string | undefined;
};

/** A message's words with what the server found in them. Every character reaches the page as text, never as HTML. */
export const RichText = memo(function RichText({ text, entities, meId }: Props) {
  const pieces = useMemo(() => segments(text, entities), [text, entities]);
  return <span className={styles.text}>{drawAll(pieces, meId)}</span>;
});

function drawAll(pieces: readonly Segment[], meId: string | undefined): ReactNode[] {
  return pieces.map((piece, index) => draw(piece, index, meId));
}

function draw(piece: Segment, key: number, meId: string | undefined): ReactNode {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'bold':
      return <strong key={key}>{drawAll(piece.children, meId)}</strong>;
    case 'italic':
      return <em key={key}>{drawAll(piece.children, meId)}</em>;
    case 'strike':
      return <s key={key}>{drawAll(piece.children, meId)}</s>;
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
    case 'link':
      return (
        <a key={key} href={piece.url} target="_blank" rel="noopener noreferrer" className={styles.link}>
          {piece.text}
        </a>
      );
    case 'mention':
      return (
        <bdi key={key} className={piece.userId === meId ? styles.me : styles.mention}>
          {piece.text}
        </bdi>
      );
  }
}
