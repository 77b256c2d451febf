import { memo } from 'react';
import { t, useT } from '@/lib/i18n';
import { timeOfDay } from '@/lib/i18n/dates';
import { list, series } from '@/lib/i18n/lists';
import { plainText } from '@/lib/plain-text';
import { isJumbo } from '@/lib/text/jumbo';
import { Avatar, type Face } from '@/ui/Avatar';
import { Bubble } from '@/ui/Bubble';
import { classes } from '@/ui/classes';
import { IconArrowForwardUp, IconPin } from '@/ui/icons';
import { PickMark } from '@/ui/PickMark';
import { Tick } from '@/ui/Tick';
import { Album, FileCards } from './Attachments';
import styles from './MessageRow.module.css';
import { Meta } from './Meta';
import type { ShownMessage } from './model';
import { Quote } from './Quote';
import { Reactions } from './Reactions';
import { RichText } from './RichText';
import { RowToolbar } from './RowToolbar';
import type { RowLook } from './Timeline';

type Props = {
  message: ShownMessage;
  first: boolean;
  last: boolean;
  /** In a group the first of a run carries its sender's name, the last the picture. */
  inGroup: boolean;
  meId: string | undefined;
  /** Who has read up to exactly here. */
  readers: readonly Face[];
} & RowLook;

/**
 * One message. It has no listeners of its own: what can be pressed carries `data-do`, and the timeline hears it all.
 */
export const MessageRow = memo(function MessageRow(props: Props) {
  const { message, first, last, inGroup, readers, active, flashed, selected } = props;
  const { own, sender } = message;
  const label = labelOf(message, readers, selected === true);
  return (
    <>
      <article
        data-key={message.key}
        data-own={own || undefined}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- arrow keys move between messages
        tabIndex={-1}
        aria-label={label}
        className={classes(
          styles.row,
          own ? styles.own : styles.other,
          first && styles.first,
          last && styles.last,
          flashed && styles.flashed,
          selected && styles.selected,
          message.state === 'sending' && styles.fresh,
        )}
      >
        {selected !== undefined && <Choice label={label} selected={selected} />}
        {!own && <div className={styles.picture}>{last && <Avatar {...sender} size={28} />}</div>}
        <div className={styles.column}>
          {first && inGroup && !own && <bdi className={styles.name}>{sender.name}</bdi>}
          <div className={styles.line}>
            <Content {...props} />
            {active && !message.unsent && message.seq !== null && (
              <RowToolbar createdAt={message.createdAt} />
            )}
          </div>
          {message.reactions.length > 0 && !message.unsent && (
            <Reactions reactions={message.reactions} mine={message.myReaction} />
          )}
          {message.state === 'failed' && <Failed problem={message.problem} />}
        </div>
      </article>
      {readers.length > 0 && <Readers readers={readers} />}
    </>
  );
});

function Content({ message, first, last, meId }: Props) {
  const translate = useT();
  const { own, attachments } = message;
  const pictures = attachments.filter(({ kind }) => kind === 'image');
  const files = attachments.filter(({ kind }) => kind !== 'image');
  const meta = <Meta message={message} shown={last || message.edited || isOnItsWay(message)} />;
  if (message.unsent) {
    return (
      <Bubble own={own} first={first} last={last} hollow>
        {translate(own ? 'message.unsentByYou' : 'message.unsent')}
        {meta}
      </Bubble>
    );
  }
  const isBare = !message.quote && !message.forwarded && files.length === 0;
  if (isBare && pictures.length === 0 && isJumbo(message.text)) {
    return (
      <div data-bubble="" className={styles.emoji}>
        {message.text}
        {meta}
      </div>
    );
  }
  if (isBare && pictures.length > 0 && !message.text) {
    return (
      <Bubble own={own} first={first} last={last} bleed="alone">
        <Album pictures={pictures} />
        {(last || isOnItsWay(message)) && <div className={styles.overlay}>{meta}</div>}
      </Bubble>
    );
  }
  return (
    <Bubble own={own} first={first} last={last} bleed={pictures.length > 0}>
      <div className={pictures.length > 0 ? styles.padded : undefined}>
        {message.forwarded && (
          <span className={styles.note}>
            <IconArrowForwardUp aria-hidden="true" />
            {translate('message.forwarded')}
          </span>
        )}
        {message.quote && <Quote quote={message.quote} own={own} />}
        {files.length > 0 && <FileCards files={files} own={own} />}
        {pictures.length === 0 && <Words message={message} meId={meId} meta={meta} />}
      </div>
      {pictures.length > 0 && (
        <>
          <Album pictures={pictures} />
          <div className={styles.padded}>
            <Words message={message} meId={meId} meta={meta} />
          </div>
        </>
      )}
    </Bubble>
  );
}

function Words({
  message,
  meId,
  meta,
}: {
  message: ShownMessage;
  meId: string | undefined;
  meta: React.ReactNode;
}) {
  return (
    <div className={styles.words} dir="auto">
      <RichText text={message.text} entities={message.entities} meId={meId} />
      {message.pinned && <IconPin className={styles.pin} aria-hidden="true" />}
      {meta}
    </div>
  );
}

/** The timeline hears the press; the keyboard is on the message itself. */
function Choice({ label, selected }: { label: string; selected: boolean }) {
  return (
    <label className={styles.choice}>
      <input
        type="checkbox"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={label}
        checked={selected}
        readOnly
      />
      <PickMark on={selected} />
    </label>
  );
}

function Failed({ problem }: { problem: string | undefined }) {
  const translate = useT();
  return (
    <div className={styles.failed}>
      <Tick state="failed" />
      <span>
        {translate('message.failed')} {problem}
      </span>
      <button type="button" data-do="retry">
        {translate('message.retry')}
      </button>
      <button type="button" data-do="discard">
        {translate('message.discard')}
      </button>
    </div>
  );
}

/** More heads than this become a number. */
const HEADS_SHOWN_MAX = 6;

function Readers({ readers }: { readers: readonly Face[] }) {
  const more = readers.length - HEADS_SHOWN_MAX;
  return (
    <div className={styles.readers} aria-hidden="true">
      {readers.slice(0, HEADS_SHOWN_MAX).map((face) => (
        <Avatar key={face.id} {...face} size={16} />
      ))}
      {more > 0 && <span>+{more}</span>}
    </div>
  );
}

function isOnItsWay({ state }: ShownMessage): boolean {
  return state === 'queued' || state === 'sending' || state === 'failed';
}

/** The whole message in one sentence, for those who hear it. */
function labelOf(message: ShownMessage, readers: readonly Face[], isSelected: boolean): string {
  const reactions = message.reactions.reduce((sum, { count }) => sum + count, 0);
  const parts = [
    message.own ? t('message.you') : message.sender.name,
    timeOfDay(message.createdAt),
    message.unsent ? t('message.unsent') : plainText(message.text, message.entities),
    message.attachments.length > 0 && attachmentsInWords(message),
    message.edited && t('message.edited'),
    reactions > 0 && t('message.reactions', { count: reactions }),
    message.own && t(`tick.${message.state}`),
    readers.length > 0 && t('message.readBy', { names: list(readers.map(({ name }) => name)) }),
    isSelected && t('message.selected'),
  ];
  return series(parts);
}

function attachmentsInWords({ attachments }: ShownMessage): string {
  const described = attachments.map(({ alt }) => alt).filter(Boolean);
  const photos = attachments.filter(({ kind }) => kind === 'image').length;
  const what =
    photos === attachments.length
      ? t('message.photos', { count: photos })
      : t('message.files', { count: attachments.length });
  return described.length > 0 ? `${what}: ${described.join('; ')}` : what;
}
