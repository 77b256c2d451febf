import { useMemo } from 'react';
import {
  selectConversationIds,
  selectConversationTitle,
  selectMy,
  setArchived,
} from '@/entities/conversations';
import { useAppDispatch, useAppStore } from '@/entities/hooks';
import { Palette, type PaletteAction } from '@/features/search/Palette';
import { SETTINGS_PAGES } from '@/features/settings/pages';
import { t } from '@/lib/i18n';
import { readLook, setLook } from '@/lib/look';
import { keysOf, type Shortcut, shownKeys } from '@/lib/shortcuts';
import {
  IconArchive,
  IconBellOff,
  IconBrush,
  IconChecks,
  IconInfoCircle,
  IconPencil,
  IconSearch,
  IconSettings,
} from '@/ui/icons';
import type { Around } from './useAround';

type Props = {
  /** A conversation is open beside the list. */
  isOpen: boolean;
  around: Around;
  onOpen: (conversationId: string) => void;
  onOpenAt: (conversationId: string, seq: number, words: string) => void;
  onNew: () => void;
  onFind: () => void;
  onDetails: () => void;
  onShortcuts: () => void;
  onSettings: (page: string) => void;
  onClose: () => void;
};

/** Conversations that can be muted and archived by name: those that something happened in lately. */
const NAMED_MAX = 100;

/** The palette with everything that this client can do from anywhere. */
export function LivePalette(props: Props) {
  const { isOpen, around, onOpen, onOpenAt, onNew, onFind, onDetails, onShortcuts, onSettings, onClose } =
    props;
  const named = useNamedActions(around);
  const actions = useMemo(() => {
    const action = (
      id: string,
      label: string,
      icon: React.ReactNode,
      run: () => void,
      shortcut?: Shortcut,
    ): PaletteAction => ({ id, label, icon, run, ...(shortcut && { keys: shownKeys(keysOf(shortcut)) }) });
    return [
      action('new', t('list.new'), <IconPencil />, onNew, 'new'),
      action('group', t('palette.newGroup'), <IconPencil />, onNew),
      ...(isOpen
        ? [
            action('find', t('thread.search'), <IconSearch />, onFind, 'find'),
            action('details', t('palette.details'), <IconInfoCircle />, onDetails, 'details'),
          ]
        : []),
      action('readAll', t('palette.readAll'), <IconChecks />, around.readAll, 'readAll'),
      action('shortcuts', t('shortcuts.title'), <IconInfoCircle />, onShortcuts, 'shortcuts'),
      ...(['system', 'light', 'dark'] as const).map((theme) =>
        action(
          `theme-${theme}`,
          t('palette.theme', { name: t(`settings.theme.${theme}`) }),
          <IconBrush />,
          () => setLook({ ...readLook(), theme }),
        ),
      ),
      ...SETTINGS_PAGES.map((page) =>
        action(
          `settings-${page}`,
          t('palette.settings', { name: t(`settings.${page}`) }),
          <IconSettings />,
          () => onSettings(page),
        ),
      ),
      ...named,
    ];
  }, [named, isOpen, around, onNew, onFind, onDetails, onShortcuts, onSettings]);
  return <Palette actions={actions} onOpen={onOpen} onOpenAt={onOpenAt} onClose={onClose} />;
}

/** “Mute Ann”, “Archive Ann”: found by what is done or by the name. */
function useNamedActions(around: Around): readonly PaletteAction[] {
  const store = useAppStore();
  const dispatch = useAppDispatch();
  // As it was when the palette opened; what is done through it closes it.
  return useMemo(() => {
    const state = store.getState();
    const ids = [...selectConversationIds(state, 'all'), ...selectConversationIds(state, 'archived')];
    return ids.slice(0, NAMED_MAX).flatMap((id): PaletteAction[] => {
      const name = selectConversationTitle(state, id);
      const my = selectMy(state, id);
      if (!my || name === '') return [];
      const isMuted = my.muted_until !== null && my.muted_until > Date.now();
      return [
        {
          id: `mute-${id}`,
          label: t(isMuted ? 'palette.unmute' : 'palette.mute', { name }),
          icon: <IconBellOff />,
          run: () => around.toggleMute(id),
        },
        {
          id: `archive-${id}`,
          label: t(my.archived ? 'palette.unarchive' : 'palette.archive', { name }),
          icon: <IconArchive />,
          run: () => dispatch(setArchived(id, !my.archived)),
        },
      ];
    });
    // oxlint-disable-next-line react/exhaustive-deps
  }, [store, dispatch]);
}
