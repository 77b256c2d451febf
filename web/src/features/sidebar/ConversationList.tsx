import {
  type KeyboardEvent,
  type MouseEvent,
  type RefObject,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { shallowEqual } from 'react-redux';
import {
  type ConversationFilter,
  selectConversationsLoaded,
  selectConversationTitle,
  selectPeer,
} from '@/entities/conversations';
import { useAppDispatch, useAppSelector, useAppStore } from '@/entities/hooks';
import { useWatchPresence } from '@/entities/presence';
import { useT } from '@/lib/i18n';
import { lazily } from '@/lib/lazily';
import { markPainted } from '@/lib/painted';
import { useSwipe } from '@/lib/swipe';
import { useNow } from '@/lib/watched';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { IconMessageCircle } from '@/ui/icons';
import type { Place } from '@/ui/place';
import { Skeleton } from '@/ui/Skeleton';
import { useDrawnRange } from './fixed-window';
import { LiveConversation } from './LiveConversation';
import { useLongPress } from './long-press';
import styles from './Sidebar.module.css';
import { toggleArchived, toggleMuted } from './toggles';

const LiveConversationMenu = lazily(
  async () => (await import('./LiveConversationMenu')).LiveConversationMenu,
);

type Props = {
  ref: RefObject<HTMLDivElement | null>;
  ids: readonly string[];
  filter: ConversationFilter;
  currentId: string | undefined;
  onOpen: (conversationId: string) => void;
  onNew: () => void;
  onGone: (conversationId: string) => void;
};

/** A row swiped so far is muted, or archived. */
const SWIPE_FROM_PX = 72;

/**
 * The list itself. One stop for Tab; Up, Down, Home, End and the first letters of a name move, Enter opens, the menu key
 * or Shift+F10 shows what can be done. Only the rows in sight are drawn.
 */
export function ConversationList({ ref, ids: liveIds, filter, currentId, onOpen, onNew, onGone }: Props) {
  const isLoaded = useAppSelector(selectConversationsLoaded);
  const store = useAppStore();
  const now = useNow();
  const row = useRowHeight();
  const [focusedId, setFocusedId] = useState<string>();
  const [menu, setMenu] = useState<{ id: string; at: Place }>();
  const ids = useSteady(liveIds, menu !== undefined);
  const { first, end } = useDrawnRange(ref, row, ids.length);
  const shown = ids.slice(first, end);
  useWatchPeers(shown);
  useEffect(() => (isLoaded ? markPainted('kith:list-painted') : undefined), [isLoaded]);

  const openMenu = (element: Element, at: Place) => {
    const id = idOf(element);
    if (id) setMenu({ id, at });
    return id !== undefined;
  };
  const dispatch = useAppDispatch();
  useSwipe(ref, {
    selector: '[data-conversation]',
    ways: 'both',
    countsFromPx: SWIPE_FROM_PX,
    onSwipe: ({ dataset: { conversation: id } }, way) => {
      press.cancel();
      if (id !== undefined) void dispatch(way === 'end' ? toggleMuted(id) : toggleArchived(id));
    },
  });
  const press = useLongPress((element, at) => openMenu(element, at));

  const reachable = [focusedId, currentId].find((id) => id !== undefined && ids.includes(id)) ?? ids[0];
  const focus = (index: number) => {
    const id = ids[Math.max(0, Math.min(ids.length - 1, index))];
    if (!id || !ref.current) return;
    setFocusedId(id);
    keepInView(ref.current, ids.indexOf(id) * row, row);
    requestAnimationFrame(() => rowElement(ref.current, id)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // With these a key means the same everywhere, and is not the list's.
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const id = idOf(event.target as Element);
    const here = id === undefined ? -1 : ids.indexOf(id);
    if (here < 0) return;
    const to = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      Home: 0,
      End: ids.length - 1,
      PageDown: here + 8,
      PageUp: here - 8,
    }[event.key];
    if (to !== undefined) focus(to);
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey))
      openMenu(event.target as Element, event.target as Element);
    else if (event.key.length === 1 && event.key !== ' ') {
      const found = startingWith(event.key, ids, here, (each) =>
        selectConversationTitle(store.getState(), each),
      );
      if (found >= 0) focus(found);
    } else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent) => {
    const id = idOf(event.target as Element);
    if (!id || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!press.wasLong()) onOpen(id);
  };

  return (
    <div
      ref={ref}
      className={styles.scroller}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onFocus={(event) => setFocusedId(idOf(event.target))}
      onContextMenu={(event) => {
        if (openMenu(event.target as Element, { x: event.clientX, y: event.clientY })) event.preventDefault();
      }}
      {...press.handlers}
    >
      {ids.length === 0 && (isLoaded ? <Empty filter={filter} onNew={onNew} /> : <Bones />)}
      {/* oxlint-disable-next-line jsx-a11y/no-redundant-roles -- without bullets Safari forgets that it is a list */}
      <ul role="list" style={{ paddingBlockStart: first * row, paddingBlockEnd: (ids.length - end) * row }}>
        {shown.map((id, index) => (
          <li key={id} aria-setsize={ids.length} aria-posinset={first + index + 1}>
            <LiveConversation id={id} current={id === currentId} reachable={id === reachable} now={now} />
          </li>
        ))}
      </ul>
      {menu && (
        <Suspense>
          <LiveConversationMenu
            id={menu.id}
            at={menu.at}
            onClose={() => setMenu(undefined)}
            onGone={onGone}
          />
        </Suspense>
      )}
    </div>
  );
}

function Empty({ filter, onNew }: { filter: ConversationFilter; onNew: () => void }) {
  const t = useT();
  const suffix = filter === 'all' ? '' : `${filter[0]?.toUpperCase()}${filter.slice(1)}`;
  return (
    <EmptyState
      icon={<IconMessageCircle />}
      title={t(`list.empty${suffix}`)}
      action={
        filter === 'all' || filter === 'groups' ? (
          <Button look="primary" onClick={onNew}>
            {t('list.new')}
          </Button>
        ) : undefined
      }
    >
      {t(`list.empty${suffix}Hint`)}
    </EmptyState>
  );
}

const BONES = ['60%', '45%', '70%', '50%', '65%', '40%', '55%', '62%'];

function Bones() {
  const t = useT();
  return (
    <>
      <span className="visually-hidden">{t('list.loading')}</span>
      {BONES.map((width) => (
        <div key={width} className={styles.skeleton}>
          <Skeleton width={48} height={48} round />
          <span className={styles.skeletonLines}>
            <Skeleton width={width} height={14} />
            <Skeleton width="85%" height={12} />
          </span>
        </div>
      ))}
    </>
  );
}

/** While a menu is open the order stays as it is, so that nothing moves away under the pointer. */
function useSteady(ids: readonly string[], isHeld: boolean): readonly string[] {
  const held = useRef(ids);
  if (!isHeld) held.current = ids;
  return held.current;
}

function useWatchPeers(ids: readonly string[]) {
  const peers = useAppSelector(
    (state) =>
      ids.flatMap((id) => selectPeer(state, id) ?? []).filter((peer) => peer !== state.session.me?.id),
    shallowEqual,
  );
  useWatchPresence(peers);
}

/** The height of a row, which depends on the density and is the token `--row`. */
function useRowHeight(): number {
  const density = document.documentElement.dataset.density;
  return useMemo(
    () => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 68,
    // oxlint-disable-next-line react/exhaustive-deps -- the token changes with the density
    [density],
  );
}

function idOf(element: Element): string | undefined {
  return element.closest<HTMLElement>('[data-conversation]')?.dataset.conversation;
}

function rowElement(list: HTMLElement | null, id: string): HTMLElement | undefined {
  return list?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(id)}"]`) ?? undefined;
}

function keepInView(scroller: HTMLElement, top: number, row: number) {
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + row > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = top + row - scroller.clientHeight;
}

/** The next conversation after `here` whose name begins with the letter. */
function startingWith(
  letter: string,
  ids: readonly string[],
  here: number,
  titleOf: (id: string) => string,
): number {
  const wanted = letter.toLocaleLowerCase();
  const order = [...ids.keys()].map((step) => (here + 1 + step) % ids.length);
  return (
    order.find((index) =>
      titleOf(ids[index] ?? '')
        .toLocaleLowerCase()
        .startsWith(wanted),
    ) ?? -1
  );
}
