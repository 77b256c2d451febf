import { useT } from '@/lib/i18n';
import { type Look, PLAIN_LOOK } from '@/lib/look';
import { Segmented } from './Segmented';
import { Swatches } from './Swatches';

const THEMES = ['system', 'light', 'dark'] as const;

type Props = { look: Look; onChange: (part: Partial<Look>) => void };

/** Light or dark, and in which colour. */
export function LookChoice({ look, onChange }: Props) {
  const t = useT();
  return (
    <>
      <Segmented
        label={t('settings.theme')}
        value={look.theme}
        options={THEMES.map((value) => ({ value, label: t(`settings.theme.${value}`) }))}
        onChange={(theme) => onChange({ theme })}
      />
      <Swatches
        label={t('settings.accent')}
        value={look.accent}
        onChange={(accent) => onChange({ accent: accent ?? PLAIN_LOOK.accent })}
      />
    </>
  );
}
