import {
  type ClipboardEvent,
  type KeyboardEvent,
  type RefObject,
  Suspense,
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from 'react';
import { useT } from '@/lib/i18n';
import { lazily } from '@/lib/lazily';
import { LIMITS, type Mention } from '@/protocol';
import type { Face } from '@/ui/Avatar';
import { rememberEmoji } from '@/ui/emoji';
import { IconButton } from '@/ui/IconButton';
import { IconCheck, IconMoodSmile, IconPhoto, IconPlus, IconSendFilled } from '@/ui/icons';
import { toast } from '@/ui/toasts';
import { CompletionList } from './CompletionList';
import styles from './Composer.module.css';
import { type ComposerMode, ComposerStrip } from './ComposerStrip';
import { type Completion, useCompletion } from './completion';
import { mentionsIn, type Picked } from './mentions';
import { PhotoTray, type Waiting } from './PhotoTray';

const EmojiPicker = lazily(async () => (await import('@/ui/EmojiPicker')).EmojiPicker);

/** What is handed over when the person sends. */
export type Outgoing = { text: string; mentions: Mention[]; files: { file: File; alt: string }[] };

/** What others may ask of the field without knowing how it is made. */
export type ComposerHandle = { focus: () => void; addFiles: (files: Iterable<File>) => void };

type Props = {
  ref?: RefObject<ComposerHandle | null>;
  /** To whom one writes, for the field's name. */
  name: string;
  /** What stood in the field when the conversation was left. */
  draft: string;
  mode: ComposerMode | undefined;
  /** Who can be mentioned; empty in a conversation of two. */
  people: readonly Face[];
  attachmentBytesMax: number;
  onSend: (outgoing: Outgoing) => void;
  onCancelMode: () => void;
  /** With every change; the draft is kept and others see that one is typing. */
  onType: (text: string) => void;
  /** Up in an empty field. */
  onEditLast: () => void;
  /** Ctrl+Up: into the messages. */
  onLeaveUp: () => void;
};

/**
 * Where one writes. The field is the browser's own and keeps its own text, so that input methods, spelling, undo and
 * dictation work as everywhere; React hears of it and never writes into it while someone types.
 */
export function Composer(props: Props) {
  const { ref, name, draft, mode, people, onSend, onCancelMode, onType, onEditLast, onLeaveUp } = props;
  const t = useT();
  const field = useRef<HTMLTextAreaElement>(null);
  const picked = useRef<Picked[]>([]);
  const tray = useTray(props.attachmentBytesMax);
  const completion = useCompletion(people);
  const [emojiAt, setEmojiAt] = useState<Element>();
  const listId = useId();

  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus(), addFiles: tray.add }));
  useMode(field, mode);

  const text = () => field.current?.value ?? '';
  const changed = () => {
    completion.read(field.current);
    fit(field.current);
    if (mode?.kind !== 'edit') onType(text());
  };
  const clear = () => {
    if (field.current) field.current.value = '';
    picked.current = [];
    tray.clear();
    completion.close();
    fit(field.current);
  };
  const insert = (from: number, to: number, words: string) => {
    field.current?.setRangeText(words, from, to, 'end');
    field.current?.focus();
    changed();
  };
  const send = () => {
    if (text().trim() === '' && tray.files.length === 0) {
      field.current?.focus();
      return;
    }
    onSend({
      text: text().trim(),
      mentions: mentionsIn(text().trim(), picked.current),
      files: tray.files.map(({ file, alt }) => ({ file, alt })),
    });
    clear();
    field.current?.focus();
  };
  const pick = (chosen: Completion) => {
    if (!completion.asked || !field.current) return;
    const words = chosen.kind === 'person' ? `@${chosen.person.name} ` : chosen.emoji;
    if (chosen.kind === 'person') picked.current.push({ userId: chosen.person.id, name: chosen.person.name });
    else rememberEmoji(chosen.emoji);
    insert(completion.asked.from, field.current.selectionStart, words);
    completion.close();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, every key is its own.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (completion.onKey(event, pick)) return;
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === 'Enter' && isPlain && !prefersTouch()) send();
    else if (event.key === 'Escape' && mode) onCancelMode();
    else if (event.key === 'ArrowUp' && isPlain && text() === '') onEditLast();
    else if (event.key === 'ArrowUp' && event.ctrlKey) onLeaveUp();
    else return;
    event.preventDefault();
  };

  return (
    <div className={styles.composer}>
      {mode && <ComposerStrip mode={mode} onCancel={onCancelMode} />}
      {tray.files.length > 0 && (
        <PhotoTray files={tray.files} onDescribe={tray.describe} onRemove={tray.remove} onMove={tray.move} />
      )}
      <form
        className={styles.row}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <FileButton label={t('composer.addFile')} onFiles={tray.add} disabled={mode?.kind === 'edit'}>
          <IconPlus />
        </FileButton>
        <FileButton
          accept="image/*"
          label={t('composer.addPhoto')}
          onFiles={tray.add}
          disabled={mode?.kind === 'edit'}
          photo
        >
          <IconPhoto />
        </FileButton>
        <div className={styles.box}>
          {completion.found.length > 0 && (
            <CompletionList
              id={listId}
              options={completion.found}
              selected={completion.selected}
              onPick={pick}
            />
          )}
          <textarea
            ref={field}
            rows={1}
            dir="auto"
            defaultValue={draft}
            maxLength={LIMITS.TEXT_UTF16_MAX}
            enterKeyHint="send"
            aria-label={t('composer.label', { name })}
            placeholder={t('composer.label', { name })}
            className={styles.field}
            onInput={changed}
            onKeyDown={onKeyDown}
            onSelect={() => completion.read(field.current)}
            onBlur={completion.close}
            onPaste={(event) => {
              pasteFiles(event, tray.add);
              pasteTooLong(event, tray.add);
            }}
            {...(completion.found.length > 0 && {
              'aria-controls': listId,
              'aria-activedescendant': `${listId}-${completion.selected}`,
              'aria-autocomplete': 'list' as const,
            })}
          />
        </div>
        <IconButton
          label={t('composer.emoji')}
          aria-haspopup="dialog"
          aria-expanded={emojiAt !== undefined}
          onClick={(event) => setEmojiAt(emojiAt ? undefined : event.currentTarget)}
        >
          <IconMoodSmile />
        </IconButton>
        <IconButton
          type="submit"
          look="solid"
          label={t(mode?.kind === 'edit' ? 'composer.save' : 'composer.send')}
          className={styles.send}
        >
          {mode?.kind === 'edit' ? <IconCheck /> : <IconSendFilled className={styles.plane} />}
        </IconButton>
      </form>
      {emojiAt && (
        <Suspense>
          <EmojiPicker
            at={emojiAt}
            onClose={() => setEmojiAt(undefined)}
            onPick={(emoji) => {
              const at = field.current?.selectionStart ?? 0;
              insert(at, field.current?.selectionEnd ?? at, emoji);
              setEmojiAt(undefined);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

type FileButtonProps = {
  label: string;
  accept?: string;
  photo?: boolean;
  disabled: boolean;
  onFiles: (files: Iterable<File>) => void;
  children: React.ReactNode;
};

function FileButton({ label, accept, photo, disabled, onFiles, children }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton
        label={label}
        disabled={disabled}
        className={photo ? undefined : styles.plus}
        onClick={() => input.current?.click()}
      >
        {children}
      </IconButton>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}

/** The files that wait, held to the limits of a message. */
function useTray(attachmentBytesMax: number) {
  const t = useT();
  const [files, setFiles] = useState<Waiting[]>([]);
  const add = (more: Iterable<File>) => {
    const all = [...more];
    const fitting = all.filter(({ size }) => size > 0 && size <= attachmentBytesMax);
    if (fitting.length < all.length) {
      toast(t('tray.tooLarge', { megabytes: Math.floor(attachmentBytesMax / 1_000_000) }), {
        tone: 'danger',
      });
    }
    const room = LIMITS.ATTACHMENTS_MAX - files.length;
    if (fitting.length > room)
      toast(t('tray.tooMany', { count: LIMITS.ATTACHMENTS_MAX }), { tone: 'danger' });
    const added = fitting
      .slice(0, Math.max(0, room))
      .map((file) => ({ id: crypto.getRandomValues(new Uint32Array(2)).join('-'), file, alt: '' }));
    setFiles((now) => [...now, ...added]);
  };
  return {
    files,
    add,
    clear: () => setFiles([]),
    move: (id: string, to: number) =>
      setFiles((now) => {
        const moved = now.find((each) => each.id === id);
        return moved ? now.filter((each) => each !== moved).toSpliced(to, 0, moved) : now;
      }),
    remove: (id: string) => setFiles((now) => now.filter((each) => each.id !== id)),
    describe: (id: string, alt: string) =>
      setFiles((now) => now.map((each) => (each.id === id ? { ...each, alt } : each))),
  };
}

/** Puts the text of an edited message into the field, and what was being written back when the edit ends. */
function useMode(field: RefObject<HTMLTextAreaElement | null>, mode: ComposerMode | undefined) {
  const aside = useRef<string>(undefined);
  const editing = mode?.kind === 'edit' ? mode.seq : undefined;
  const editedText = mode?.kind === 'edit' ? mode.text : undefined;
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    if (editing !== undefined) {
      aside.current ??= element.value;
      element.value = editedText ?? '';
    } else if (aside.current !== undefined) {
      element.value = aside.current;
      aside.current = undefined;
    }
    fit(element);
  }, [field, editing, editedText]);
  useEffect(() => {
    if (mode) field.current?.focus();
  }, [field, mode]);
}

/** Grows the field with its text where the browser does not do so by itself. */
function fit(field: HTMLTextAreaElement | null) {
  if (!field || CSS.supports('field-sizing', 'content')) return;
  field.style.blockSize = 'auto';
  field.style.blockSize = `${field.scrollHeight}px`;
}

/** What is too long for a message becomes a file beside it, all of it: the field alone would cut it off without a word. */
function pasteTooLong(event: ClipboardEvent<HTMLTextAreaElement>, add: (files: File[]) => void) {
  const { value, selectionStart, selectionEnd } = event.currentTarget;
  const words = event.clipboardData.getData('text/plain');
  const room = LIMITS.TEXT_UTF16_MAX - value.length + selectionEnd - selectionStart;
  if (event.defaultPrevented || words.length <= room) return;
  event.preventDefault();
  add([new File([words], 'pasted.txt', { type: 'text/plain' })]);
}

function pasteFiles(event: ClipboardEvent, add: (files: Iterable<File>) => void) {
  const files = [...event.clipboardData.files];
  if (files.length === 0) return;
  event.preventDefault();
  add(files);
}

/** On a touch keyboard Enter makes a line; one sends with the button. */
function prefersTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}
