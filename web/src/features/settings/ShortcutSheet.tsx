import { useT } from '@/lib/i18n';
import { keysOf, SHORTCUTS, type Shortcut, shownKeys } from '@/lib/shortcuts';
import { Dialog } from '@/ui/Dialog';
import styles from './Shortcuts.module.css';

type Line = { name: string; keys: string };

/** All keys at a glance. */
export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const t = useT();
  const everywhere = (Object.keys(SHORTCUTS) as Shortcut[]).map((each) => ({
    name: t(`shortcuts.${each}`),
    keys: shownKeys(keysOf(each)),
  }));
  return (
    <Dialog title={t('shortcuts.title')} closeLabel={t('action.close')} onClose={onClose} reading>
      <Lines
        heading={t('shortcuts.everywhere')}
        lines={[
          ...everywhere,
          { name: t('shortcuts.pinned'), keys: `${shownKeys('Alt+1')} … 9` },
          { name: t('shortcuts.landmarks'), keys: 'F6' },
        ]}
      />
      <Lines
        heading={t('shortcuts.field')}
        lines={[
          { name: t('shortcuts.newline'), keys: shownKeys('Shift+Enter') },
          { name: t('shortcuts.editLast'), keys: '↑' },
          { name: t('shortcuts.reach'), keys: 'Ctrl + ↑' },
        ]}
      />
      <Lines
        heading={t('shortcuts.message')}
        lines={[
          { name: t('action.reply'), keys: 'R' },
          { name: t('action.edit'), keys: 'E' },
          { name: t('action.forward'), keys: 'F' },
          { name: t('action.copy'), keys: 'C' },
          { name: t('action.link'), keys: 'L' },
          { name: t('action.pin'), keys: 'P' },
          { name: t('action.react'), keys: '+' },
          { name: t('action.select'), keys: t('shortcuts.space') },
          { name: t('action.delete'), keys: 'Del' },
          { name: t('action.undo'), keys: shownKeys('Mod+Z') },
          { name: t('action.menu'), keys: 'Enter' },
        ]}
      />
    </Dialog>
  );
}

function Lines({ heading, lines }: { heading: string; lines: Line[] }) {
  return (
    <section className={styles.group}>
      <h3 className={styles.heading}>{heading}</h3>
      <dl className={styles.lines}>
        {lines.map(({ name, keys }) => (
          <div key={name} className={styles.line}>
            <dt>{name}</dt>
            <dd>
              <kbd dir="ltr" className={styles.keys}>
                {keys}
              </kbd>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
