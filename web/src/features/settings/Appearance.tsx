import { useT } from '@/lib/i18n';
import { percent } from '@/lib/i18n/numbers';
import { TEXT_SCALES, useLook } from '@/lib/look';
import { LookChoice } from '@/ui/LookChoice';
import { Segmented } from '@/ui/Segmented';
import { Switch } from '@/ui/Switch';

/** How the client looks on this device. */
export function Appearance() {
  const t = useT();
  const [look, change] = useLook();
  return (
    <>
      <LookChoice look={look} onChange={change} />
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
