import type { Entity, UserId } from '@/protocol';
import { codeBlockBody } from './entities';

/** A text as a tree of plain data, for a renderer to make elements of. Nothing in it is ever HTML. */
export type Segment =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; children: Segment[] }
  | { kind: 'code'; text: string }
  | { kind: 'code_block'; text: string; language?: string }
  | { kind: 'link'; text: string; url: string }
  | { kind: 'mention'; text: string; userId: UserId };

/** Where a link may lead, whoever said so. */
const SAFE_URL = /^(?:https?:\/\/|mailto:)/;

/**
 * Cuts `text` at its entities and leaves their marks out. An entity of a kind that this client does not know, or that
 * does not fit into the text or into the one around it, is shown as the text it is.
 */
export function segments(text: string, entities: readonly Entity[]): Segment[] {
  return new Builder(text, entities).between(0, text.length);
}

class Builder {
  private readonly text: string;
  private readonly entities: readonly Entity[];
  /** The first of `entities` that has not been placed. */
  private next = 0;

  constructor(text: string, entities: readonly Entity[]) {
    this.text = text;
    this.entities = entities;
  }

  between(from: number, to: number): Segment[] {
    const made: Segment[] = [];
    let at = from;
    for (;;) {
      const entity = this.entities[this.next];
      if (!entity || entity.offset >= to) break;
      this.next += 1;
      const end = entity.offset + entity.length;
      const segment = entity.offset >= at && end <= to ? this.segment(entity) : undefined;
      if (segment) {
        this.addText(made, at, entity.offset);
        made.push(segment);
        at = end;
      }
    }
    this.addText(made, at, to);
    return made;
  }

  private segment(entity: Entity): Segment | undefined {
    const { kind, offset, length, marks = 0, url, user_id: userId } = entity;
    const [from, to] = [offset + marks, offset + length - marks];
    if (from >= to) return undefined;
    const text = this.text.slice(from, to);
    switch (kind) {
      case 'bold':
      case 'italic':
      case 'strike':
        return { kind, children: this.between(from, to) };
      case 'code':
        return { kind, text };
      case 'code_block':
        return codeBlock(this.text.slice(offset, offset + length));
      case 'link':
        return url && SAFE_URL.test(url) ? { kind, text, url } : undefined;
      case 'mention':
        return userId ? { kind, text, userId } : undefined;
      default:
        return undefined;
    }
  }

  private addText(made: Segment[], from: number, to: number): void {
    if (from < to) made.push({ kind: 'text', text: this.text.slice(from, to) });
  }
}

function codeBlock(source: string): Segment {
  const { language, from, to } = codeBlockBody(source);
  const text = source.slice(from, to);
  return language ? { kind: 'code_block', text, language } : { kind: 'code_block', text };
}
