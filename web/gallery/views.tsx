import { type ReactNode, useState } from 'react';
import { Navigation } from '@/app/shell/Navigation';
import { Shell } from '@/app/shell/Shell';
import { DemoLanding } from '@/features/auth/DemoLanding';
import { Register } from '@/features/auth/Register';
import { SignIn } from '@/features/auth/SignIn';
import { Composer } from '@/features/composer/Composer';
import type { ComposerMode } from '@/features/composer/ComposerStrip';
import { RequestBar } from '@/features/composer/RequestBar';
import { SelectionBar } from '@/features/message-actions/SelectionBar';
import { ConversationRow } from '@/features/sidebar/ConversationRow';
import sidebar from '@/features/sidebar/Sidebar.module.css';
import { MessageRow } from '@/features/timeline/MessageRow';
import type { ShownMessage } from '@/features/timeline/model';
import { SystemLine } from '@/features/timeline/SystemLine';
import { ThreadHeader } from '@/features/timeline/ThreadHeader';
import { Timeline } from '@/features/timeline/Timeline';
import { TypingRow } from '@/features/timeline/TypingRow';
import { ApiError } from '@/lib/api';
import { t } from '@/lib/i18n';
import { series } from '@/lib/i18n/lists';
import { PHONE, useMedia } from '@/lib/media';
import type { ServerInfo } from '@/protocol';
import { Chip } from '@/ui/Chip';
import { IconButton } from '@/ui/IconButton';
import { IconPencil } from '@/ui/icons';
import { PickDialog } from '@/ui/PickDialog';
import { type Pickable, PickList } from '@/ui/PickList';
import { SearchField } from '@/ui/SearchField';
import { Components } from './Components';
import { CONVERSATIONS, days, EVERY_KIND, INES, JONAS, KIM, LAKE, MEI, NOW } from './fixtures';
import { liveClient } from './LiveClient';

const nothing = () => undefined;
const refuse = () => Promise.reject(new ApiError({ code: 'unauthorized', message: '' }));
const SERVER: ServerInfo = {
  name: 'lake.example',
  version: '0.1.0',
  registration: 'open',
  empty: false,
  attachment_bytes_max: 52_428_800,
  signed_in: true,
};

function List() {
  return (
    <nav aria-label={t('list.label')} className={sidebar.sidebar}>
      <header className={sidebar.header}>
        <h1 className={sidebar.title}>{t('list.title')}</h1>
        <IconButton label={t('list.new')}>
          <IconPencil />
        </IconButton>
      </header>
      <div className={sidebar.search}>
        <SearchField label={t('list.searchLabel')} placeholder={t('list.search')} />
      </div>
      <div className={sidebar.filters}>
        <Chip pressed>{t('list.filter.all')}</Chip>
        <Chip pressed={false}>{t('list.filter.unread')}</Chip>
        <Chip pressed={false}>{t('list.filter.groups')}</Chip>
        <Chip pressed={false}>{t('list.filter.archived')}</Chip>
      </div>
      <div className={sidebar.scroller}>
        <ul>
          {CONVERSATIONS.map((conversation, index) => (
            <li key={conversation.id}>
              <ConversationRow
                conversation={conversation}
                href={`#${conversation.id}`}
                current={index === 0}
                reachable={index === 0}
                now={NOW}
              />
            </li>
          ))}
        </ul>
      </div>
    </nav>
  );
}

type ThreadProps = {
  messages: ShownMessage[];
  mode?: ComposerMode;
  /** The messages that are chosen. */
  selected?: ReadonlySet<string>;
  /** Somebody new, who waits for an answer. */
  newcomer?: string;
};

function Thread({ messages, mode, selected, newcomer }: ThreadProps) {
  const byKey = new Map(messages.map((message) => [message.key, message]));
  const lastSeen = messages.findLast(({ own }) => own)?.key;
  return (
    <>
      <ThreadHeader
        id="lake"
        titleId="title"
        title="Summer on the lake"
        faces={[{ id: 'lake', name: '🏔️' }]}
        presence={undefined}
        status={`${t('thread.members', { names: series(['Ines', 'Jonas', 'Mei']) })} · ${t('presence.onlineCount', { count: 3 })}`}
        statusIsLive={false}
        detailsOpen={false}
        onBack={nothing}
        onSearch={nothing}
        onDetails={nothing}
      />
      <Timeline
        label={t('timeline.label', { name: 'Summer on the lake' })}
        days={days(messages, messages === EVERY_KIND ? (EVERY_KIND[8]?.seq ?? null) : null)}
        now={NOW}
        reachesLive
        newBelow={0}
        selected={selected}
        head={null}
        foot={<TypingRow people={[INES]} />}
        onAct={nothing}
        onNear={nothing}
        onSeen={nothing}
        onMoved={nothing}
        onJumpToLatest={nothing}
        onLive={nothing}
        renderRow={(row, look) => {
          const message = byKey.get(row.key);
          if (!message) return null;
          if (message.system)
            return (
              <SystemLine
                key={row.key}
                messageKey={row.key}
                notice={message.system}
                meId="kim"
                nameOf={(id) => (id === 'mei' ? 'Mei' : 'Jonas')}
              />
            );
          const { first, last } = row as { first: boolean; last: boolean };
          return (
            <MessageRow
              key={row.key}
              message={message}
              first={first}
              last={last}
              inGroup
              meId="kim"
              readers={messages === LAKE && message.key === lastSeen ? [JONAS, MEI] : []}
              {...look}
            />
          );
        }}
      />
      {newcomer && <RequestBar name={newcomer} onReply={nothing} onArchive={nothing} onBlock={nothing} />}
      {selected ? (
        <SelectionBar
          count={selected.size}
          mayForward
          mayCopy
          onForward={nothing}
          onCopy={nothing}
          onDelete={nothing}
          onClose={nothing}
        />
      ) : (
        <Composer
          name="Summer on the lake"
          draft=""
          mode={mode}
          people={[JONAS, INES, MEI]}
          attachmentBytesMax={50_000_000}
          onSend={nothing}
          onCancelMode={nothing}
          onType={nothing}
          onEditLast={nothing}
          onLeaveUp={nothing}
        />
      )}
    </>
  );
}

function Frame({ pane, main }: { pane: 'list' | 'main' | 'details'; main: ReactNode }) {
  return (
    <Shell
      navigation={<Navigation place="chats" me={KIM} isUnread />}
      pane={pane}
      isPhone={useMedia(PHONE)}
      list={<List />}
      mainLabelledBy="title"
      main={main}
      details={null}
    />
  );
}

function Pick() {
  const [chosen, setChosen] = useState<readonly Pickable[]>([JONAS, INES]);
  return (
    <main>
      <h1>{t('new.title')}</h1>
      <PickDialog
        title={t('new.title')}
        status={t('new.chosen', { count: chosen.length })}
        act={t('new.next')}
        isEmpty={chosen.length === 0}
        onAct={nothing}
        onClose={nothing}
      >
        <PickList
          label={t('new.to')}
          placeholder={t('new.search')}
          query=""
          onQuery={nothing}
          options={[JONAS, INES, MEI].map((face) => ({ ...face, note: `@${face.id}` }))}
          chosen={chosen}
          onChange={setChosen}
          removeLabel={(name) => t('new.remove', { name })}
          empty={t('new.nobody')}
        />
      </PickDialog>
    </main>
  );
}

/** Every view by its name. */
export const VIEWS: Record<string, () => ReactNode> = {
  live: () => liveClient(new URLSearchParams(location.search).get('path') ?? '/'),
  signIn: () => <SignIn server={SERVER} onSignIn={refuse} />,
  ended: () => <SignIn server={SERVER} ended="password_changed" onSignIn={refuse} />,
  register: () => <Register server={{ ...SERVER, empty: true }} onRegister={refuse} />,
  demo: () => (
    <DemoLanding
      server={{
        ...SERVER,
        demo: { people: [KIM, JONAS].map(({ id, name }) => ({ username: id, display_name: name })) },
      }}
      onEnter={refuse}
    />
  ),
  components: () => <Components />,
  list: () => <Frame pane="list" main={<Thread messages={LAKE} />} />,
  thread: () => <Frame pane="main" main={<Thread messages={LAKE} />} />,
  selecting: () => (
    <Frame
      pane="main"
      main={<Thread messages={LAKE} selected={new Set(LAKE.slice(-3).map(({ key }) => key))} />}
    />
  ),
  request: () => (
    <Frame
      pane="main"
      main={<Thread messages={LAKE.filter(({ own }) => !own)} newcomer="Maximiliane von Hohenberg" />}
    />
  ),
  pick: () => <Pick />,
  kinds: () => (
    <Frame
      pane="main"
      main={
        <Thread
          messages={EVERY_KIND}
          mode={{ kind: 'reply', seq: 1, author: 'Jonas', text: 'Ferry leaves 7:40, so breakfast on board?' }}
        />
      }
    />
  ),
};
