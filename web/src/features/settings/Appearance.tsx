import { useState } from 'react';
import { useT } from '@/lib/i18n';
import { percent } from '@/lib/i18n/numbers';
import { type Look, PLAIN_LOOK, readLook, setLook, TEXT_SCALES } from '@/lib/look';
import { Segmented } from '@/ui/Segmented';
import { Swatches } from '@/ui/Swatches';
import { Switch } from '@/ui/Switch';

/** How the client looks on this device. */
export function Appearance() {
  const t = useT();
  const [look, setShown] = useState(readLook);
  const change = (part: Partial<Look>) => {
    const next = { ...look, ...part };
    setShown(next);
    setLook(next);
  };
  return (
    <>
      <Segmented
        label={t('settings.theme')}
        value={look.theme}
        options={(['system', 'light', 'dark'] as const).map((value) => ({
          value,
          label: t(`settings.theme.${value}`),
        }))}
        onChange={(theme) => change({ theme })}
      />
      <Swatches
        label={t('settings.accent')}
        value={look.accent}
        onChange={(accent) => change({ accent: accent ?? PLAIN_LOOK.accent })}
      />
      <Segmented
        label={t('settings.textScale')}
        value={look.textScale}
        options={TEXT_SCALES.map((value) => ({ value, label: percent(value) }))}
        onChange={(textScale) => change({ textScale })}
      />
      <Segmented
        label={t('settings.density')}
        value={look.density}
        options={(['comfortable', 'compact'] as const).map((value) => ({
          value,
          label: t(`settings.density.${value}`),
        }))}
        onChange={(density) => change({ density })}
      />
      <Switch
        label={t('settings.contrast')}
        hint={t('settings.contrastHint')}
        checked={look.contrast === 'more'}
        onChange={(event) => change({ contrast: event.target.checked ? 'more' : 'system' })}
      />
      <Switch
        label={t('settings.motion')}
        hint={t('settings.motionHint')}
        checked={look.motion === 'less'}
        onChange={(event) => change({ motion: event.target.checked ? 'less' : 'system' })}
      />
    </>
  );
}
