import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { openConversation, selectConversationIds, selectTotalUnread } from '@/entities/conversations';
import { useAppDispatch, useAppSelector, useAppStore } from '@/entities/hooks';
import { selectMe, selectServerInfo } from '@/entities/session';
import { settingsPage } from '@/features/settings/pages';
import { Sidebar } from '@/features/sidebar/Sidebar';
import { attachmentUrl, thumbnailUrl } from '@/lib/api';
import { t, useT } from '@/lib/i18n';
import { lazily } from '@/lib/lazily';
import { PHONE, useMedia, WIDE } from '@/lib/media';
import { faceOf } from '@/lib/people';
import { EmptyState } from '@/ui/EmptyState';
import { IconMessageCircle } from '@/ui/icons';
import { CrashBoundary } from './CrashBoundary';
import { DemoEnter } from './DemoEnter';
import { useGlobalKeys } from './keys';
import { conversationPath, useWhere } from './routes';
import styles from './SignedIn.module.css';
import { Shell } from './shell/Shell';
import { useTitle } from './title';

// Asked for at once, though apart: the list is drawn while the thread is still on its way.
const conversationPane = import('./ConversationPane');
const ConversationPane = lazy(async () => ({ default: (await conversationPane).ConversationPane }));

const Details = lazily(async () => (await import('@/features/details/Details')).Details);
const NewConversation = lazily(
  async () => (await import('@/features/new-conversation/NewConversation')).NewConversation,
);
const People = lazily(async () => (await import('@/features/people/People')).People);
const SettingsMenu = lazily(async () => (await import('@/features/settings/SettingsMenu')).SettingsMenu);
const SettingsPane = lazily(async () => (await import('@/features/settings/SettingsPane')).SettingsPane);
const Lightbox = lazily(async () => (await import('@/features/lightbox/Lightbox')).Lightbox);

/** Photos that are being looked at. */
export type Viewing = {
  photos: readonly { id: string; name: string; alt: string | undefined; large: string; original: string }[];
  start: number;
};

/** Inside: the list, what is open beside it, and what lies over both. */
export function SignedIn() {
  const translate = useT();
  const { place, conversationId, showsDetails, settingsPage: pageName, at, path, navigate } = useWhere();
  const dispatch = useAppDispatch();
  const store = useAppStore();
  const me = useAppSelector(selectMe);
  const server = useAppSelector(selectServerInfo);
  const unread = useAppSelector(selectTotalUnread);
  const isPhone = useMedia(PHONE);
  const isWide = useMedia(WIDE);
  const [isNew, setNew] = useState(false);
  const [viewing, setViewing] = useState<Viewing>();
  const page = settingsPage(pageName) ?? (isPhone ? undefined : 'profile');

  useEffect(() => {
    void dispatch(openConversation(conversationId ?? null));
  }, [dispatch, conversationId]);

  const open = useCallback((id: string, seq?: number) => navigate(conversationPath(id, seq)), [navigate]);
  const goHome = useCallback(() => navigate('/'), [navigate]);
  useTitle(titleOf(place), unread);
  useGlobalKeys({
    onNew: () => setNew(true),
    onSettings: () => navigate('/settings'),
    onStep: (step) => {
      const ids = selectConversationIds(store.getState(), 'all');
      const here = conversationId === undefined ? -1 : ids.indexOf(conversationId);
      const next = ids[Math.max(0, Math.min(ids.length - 1, here + step))];
      if (next) open(next);
    },
    onDetails: () => conversationId && navigate(conversationPath(conversationId, undefined, !showsDetails)),
  });

  if (path.startsWith('/demo/'))
    return <DemoEnter username={decodeURIComponent(path.slice('/demo/'.length))} />;
  if (!me) return null;

  const pane = paneOf({ place, conversationId, showsDetails, page: pageName });
  const closeDetails = () => conversationId && navigate(conversationPath(conversationId), { replace: true });
  return (
    <>
      <Shell
        place={place}
        pane={pane}
        isPhone={isPhone}
        me={faceOf(me, me.id)}
        unread={unread}
        banner={server?.demo && <header className={styles.banner}>{translate('demo.banner')}</header>}
        list={
          <CrashBoundary>
            <Suspense>
              {place === 'chats' && (
                <Sidebar
                  currentId={conversationId}
                  onOpen={open}
                  onNew={() => setNew(true)}
                  onGone={(id) => id === conversationId && goHome()}
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
                  onDetails={() =>
                    showsDetails
                      ? closeDetails()
                      : navigate(conversationPath(conversationId, undefined, true))
                  }
                  at={at}
                  onJump={(seq) => navigate(conversationPath(conversationId, seq, showsDetails))}
                  onArrived={() =>
                    navigate(conversationPath(conversationId, undefined, showsDetails), { replace: true })
                  }
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
                  onOpenPhoto={(photos, start) => setViewing({ photos: photos.map(asPhoto), start })}
                  onOpenConversation={open}
                  onGone={goHome}
                />
              </Suspense>
            </CrashBoundary>
          )
        }
        onEscape={isWide ? undefined : showsDetails ? closeDetails : undefined}
      />
      <Suspense>
        {isNew && <NewConversation onOpen={open} onClose={() => setNew(false)} />}
        {viewing && <Lightbox {...viewing} onClose={() => setViewing(undefined)} />}
      </Suspense>
    </>
  );
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

function titleOf(place: 'chats' | 'people' | 'settings'): string {
  return t(`nav.${place}`);
}

function asPhoto(photo: { id: string; name: string; alt: string | undefined }) {
  return { ...photo, large: thumbnailUrl(photo.id, 1280), original: attachmentUrl(photo.id) };
}
