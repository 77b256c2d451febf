import { Suspense, useCallback, useEffect, useState } from 'react';
import { openConversation, selectTotalUnread } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { selectMe, selectServerInfo } from '@/entities/session';
import { settingsPage } from '@/features/settings/pages';
import { Sidebar } from '@/features/sidebar/Sidebar';
import { useT } from '@/lib/i18n';
import { ahead, lazily } from '@/lib/lazily';
import { PHONE, useMedia, WIDE } from '@/lib/media';
import { afterPaint } from '@/lib/painted';
import { faceOf } from '@/lib/people';
import { uuidv7 } from '@/lib/uuid';
import type { Face } from '@/ui/Avatar';
import { EmptyState } from '@/ui/EmptyState';
import { IconMessageCircle } from '@/ui/icons';
import { CrashBoundary } from './CrashBoundary';
import { useShortcuts } from './keys';
import { isNewOwner, setNewOwner } from './newOwner';
import { PageTitle } from './PageTitle';
import { conversationPath, useWhere, whereOf } from './routes';
import styles from './SignedIn.module.css';
import { Navigation, type Place } from './shell/Navigation';
import { Shell } from './shell/Shell';
import { useAround } from './useAround';
import type { Viewing } from './Viewer';

// Where a conversation is open its part is asked for at once, elsewhere as soon as the list has been painted.
const [ConversationPane, fetchConversationPane] = ahead(
  async () => (await import('./ConversationPane')).ConversationPane,
);
if (whereOf(location.pathname).conversationId !== undefined) fetchConversationPane();

const Details = lazily(async () => (await import('@/features/details/Details')).Details);
const NewConversation = lazily(
  async () => (await import('@/features/new-conversation/NewConversation')).NewConversation,
);
const People = lazily(async () => (await import('@/features/people/People')).People);
const SettingsMenu = lazily(async () => (await import('@/features/settings/SettingsMenu')).SettingsMenu);
const SettingsPane = lazily(async () => (await import('@/features/settings/SettingsPane')).SettingsPane);
const LivePalette = lazily(async () => (await import('./LivePalette')).LivePalette);
const MessageResults = lazily(async () => (await import('@/features/search/MessageResults')).MessageResults);
const ShortcutSheet = lazily(async () => (await import('@/features/settings/ShortcutSheet')).ShortcutSheet);
const Welcome = lazily(async () => (await import('@/features/auth/Welcome')).Welcome);
const Notices = lazily(async () => (await import('@/features/notices/Notices')).Notices);
const LiveDemoEnter = lazily(async () => (await import('./LiveDemoEnter')).LiveDemoEnter);
const DemoActs = lazily(async () => (await import('./DemoActs')).DemoActs);
const Viewer = lazily(async () => (await import('./Viewer')).Viewer);

/** Inside: the list, what is open beside it, and what lies over both. */
export function SignedIn() {
  const translate = useT();
  const {
    place,
    conversationId,
    showsDetails,
    settingsPage: pageName,
    at,
    visit,
    path,
    navigate,
  } = useWhere();
  const dispatch = useAppDispatch();
  const me = useAppSelector(selectMe);
  const server = useAppSelector(selectServerInfo);
  const isPhone = useMedia(PHONE);
  const isWide = useMedia(WIDE);
  const [layer, setLayer] = useState<'new' | 'palette' | 'shortcuts'>();
  const [findingIn, setFindingIn] = useState<string>();
  /** The words by which the open conversation was found. */
  const [marked, setMarked] = useState<{ id: string; words: string }>();
  const [isWelcome, setWelcome] = useState(isNewOwner);
  const [viewing, setViewing] = useState<Viewing>();
  const page = settingsPage(pageName) ?? (isPhone ? undefined : 'profile');

  useEffect(() => afterPaint(fetchConversationPane), []);
  useEffect(() => {
    void dispatch(openConversation(conversationId ?? null, at !== undefined));
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- how it is opened; later `at` is the thread's
  }, [dispatch, conversationId]);

  const open = useCallback((id: string) => navigate(conversationPath(id)), [navigate]);
  const goHome = useCallback(() => navigate('/'), [navigate]);
  const openAt = (id: string, seq: number, words = '') => {
    setMarked({ id, words });
    navigate(conversationPath(id, seq, isWide && showsDetails && id === conversationId));
  };
  const closeLayer = () => setLayer(undefined);
  const toggleDetails = () =>
    conversationId &&
    navigate(conversationPath(conversationId, undefined, !showsDetails), { state: { visit } });
  const around = useAround(conversationId, open);
  /** A second press, in the field, is the browser's own search. */
  const find = () => {
    const field = document.querySelector<HTMLElement>('[data-find]');
    if (!conversationId || field === document.activeElement) return false;
    setFindingIn(conversationId);
    field?.focus();
    return true;
  };
  useShortcuts({
    palette: () => setLayer('palette'),
    find,
    shortcuts: () => setLayer('shortcuts'),
    new: () => setLayer('new'),
    settings: () => navigate('/settings'),
    previous: () => around.step(-1),
    next: () => around.step(1),
    previousUnread: () => around.step(-1, 'unread'),
    nextUnread: () => around.step(1, 'unread'),
    digit: around.openPinned,
    readAll: around.readAll,
    mute: () => around.toggleMute(),
    details: toggleDetails,
  });

  const welcome = (
    <Suspense>
      <Welcome
        onDone={() => {
          setNewOwner(false);
          setWelcome(false);
        }}
      />
    </Suspense>
  );
  if (path.startsWith('/demo/'))
    return (
      <Suspense>
        <LiveDemoEnter username={decodeURIComponent(path.slice('/demo/'.length))} />
      </Suspense>
    );
  if (!me) return null;
  const pageTitle = <PageTitle place={translate(`nav.${place}`)} conversationId={conversationId} />;
  if (isWelcome)
    return (
      <>
        {pageTitle}
        {welcome}
      </>
    );

  const pane = paneOf({ place, conversationId, showsDetails, page: pageName });
  const closeDetails = () =>
    conversationId && navigate(conversationPath(conversationId), { replace: true, state: { visit } });
  return (
    <>
      {pageTitle}
      <Shell
        navigation={<LiveNavigation place={place} me={faceOf(me, me.id)} />}
        pane={pane}
        isPhone={isPhone}
        banner={
          server?.demo && (
            <header className={styles.banner}>
              {translate('demo.banner')}
              <Suspense>
                <DemoActs />
              </Suspense>
            </header>
          )
        }
        list={
          <CrashBoundary>
            <Suspense>
              {place === 'chats' && (
                <Sidebar
                  currentId={conversationId}
                  onOpen={open}
                  onNew={() => setLayer('new')}
                  onGone={(id) => id === conversationId && goHome()}
                  renderMessages={(query, onQuery) => (
                    <MessageResults query={query} onQuery={onQuery} onOpen={openAt} />
                  )}
                />
              )}
              {place === 'people' && <People onOpen={open} />}
              {place === 'settings' && <SettingsMenu current={page} />}
            </Suspense>
          </CrashBoundary>
        }
        mainLabelledBy={
          conversationId ? 'thread-title' : page && place === 'settings' ? 'settings-title' : undefined
        }
        main={
          <CrashBoundary resetKey={path}>
            <Suspense>
              {conversationId && (
                <ConversationPane
                  key={conversationId}
                  id={conversationId}
                  detailsOpen={showsDetails}
                  onBack={goHome}
                  at={at}
                  visit={visit}
                  words={marked?.id === conversationId ? marked.words : ''}
                  onJump={(seq, isWalk) =>
                    navigate(conversationPath(conversationId, seq, showsDetails), { replace: isWalk })
                  }
                  onArrived={() =>
                    navigate(conversationPath(conversationId, undefined, showsDetails), {
                      replace: true,
                      state: { visit: uuidv7() },
                    })
                  }
                  isFinding={findingIn === conversationId}
                  onFind={(isFinding) => setFindingIn(isFinding ? conversationId : undefined)}
                  onDetails={() => (showsDetails ? closeDetails() : toggleDetails())}
                  onView={setViewing}
                />
              )}
              {place === 'settings' && page && (
                <SettingsPane page={page} onBack={() => navigate('/settings')} />
              )}
              {!conversationId && place !== 'settings' && (
                <EmptyState icon={<IconMessageCircle />} title={translate('thread.none')}>
                  {translate('thread.noneHint')}
                </EmptyState>
              )}
            </Suspense>
          </CrashBoundary>
        }
        details={
          conversationId &&
          showsDetails && (
            <CrashBoundary resetKey={conversationId}>
              <Suspense>
                <Details
                  conversationId={conversationId}
                  onClose={closeDetails}
                  onOpenPhotos={(items, start) => setViewing({ conversationId, items, start })}
                  onOpenConversation={open}
                  onOpenAt={(at) => openAt(conversationId, at)}
                  onGone={goHome}
                />
              </Suspense>
            </CrashBoundary>
          )
        }
        onEscape={isWide ? undefined : showsDetails ? closeDetails : undefined}
      />
      <Suspense>
        <Notices openId={conversationId} onOpen={open} />
      </Suspense>
      <Suspense>
        {layer === 'new' && <NewConversation onOpen={open} onClose={closeLayer} />}
        {layer === 'shortcuts' && <ShortcutSheet onClose={closeLayer} />}
        {layer === 'palette' && (
          <LivePalette
            isOpen={conversationId !== undefined}
            around={around}
            onOpen={open}
            onOpenAt={openAt}
            onNew={() => setLayer('new')}
            onFind={find}
            onDetails={toggleDetails}
            onShortcuts={() => setLayer('shortcuts')}
            onSettings={(name) => navigate(`/settings/${name}`)}
            onClose={closeLayer}
          />
        )}
        {viewing && <Viewer {...viewing} onOpenAt={openAt} onClose={() => setViewing(undefined)} />}
      </Suspense>
    </>
  );
}

/** The rail by itself, so that a message that comes draws nothing else. */
function LiveNavigation(props: { place: Place; me: Face }) {
  const isUnread = useAppSelector((state) => selectTotalUnread(state) > 0);
  return <Navigation {...props} isUnread={isUnread} />;
}

function paneOf(where: {
  place: string;
  conversationId: string | undefined;
  showsDetails: boolean;
  page: string | undefined;
}): 'list' | 'main' | 'details' {
  if (where.showsDetails) return 'details';
  return where.conversationId || where.page ? 'main' : 'list';
}
