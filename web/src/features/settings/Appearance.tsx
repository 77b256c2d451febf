import { useState } from 'react';
import { useT } from '@/lib/i18n';
import { percent } from '@/lib/i18n/numbers';
import { ACCENTS, type Look, readLook, setLook, TEXT_SCALES } from '@/lib/look';
import { IconCheck } from '@/ui/icons';
import { Segmented } from '@/ui/Segmented';
import { Switch } from '@/ui/Switch';
import styles from './Settings.module.css';

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
      <fieldset className={styles.section}>
        <legend>{t('settings.accent')}</legend>
        <div className={styles.swatches}>
          {ACCENTS.map((accent) => (
            <label key={accent} className={styles.swatch}>
              <input
                type="radio"
                name="accent"
                className="visually-hidden"
                checked={accent === look.accent}
                onChange={() => change({ accent })}
              />
              <span data-accent={accent} aria-hidden="true">
                <IconCheck />
              </span>
              <span>{t(`settings.accent.${accent}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
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
        label={t('settings.motion')}
        hint={t('settings.motionHint')}
        checked={look.motion === 'less'}
        onChange={(event) => change({ motion: event.target.checked ? 'less' : 'system' })}
      />
    </>
  );
}
