import { useId } from 'react';
import { useT } from '@/lib/i18n';
import { ACCENTS, type Accent } from '@/lib/look';
import { IconCheck } from './icons';
import styles from './Swatches.module.css';

type Props = {
  label: string;
  value: Accent | undefined;
  /** What stands before the accents for having none of one's own. */
  none?: string;
  onChange: (accent: Accent | undefined) => void;
};

/** A choice of accents, each shown as itself and named. */
export function Swatches({ label, value, none, onChange }: Props) {
  const t = useT();
  const name = useId();
  const choices = [...(none === undefined ? [] : [undefined]), ...ACCENTS];
  return (
    <fieldset>
      <legend>{label}</legend>
      <div className={styles.swatches}>
        {choices.map((accent) => (
          <label key={accent ?? ''} className={styles.swatch}>
            <input
              type="radio"
              name={name}
              className="visually-hidden"
              checked={accent === value}
              onChange={() => onChange(accent)}
            />
            <span data-accent={accent} className={accent ? undefined : styles.none} aria-hidden="true">
              <IconCheck />
            </span>
            <span>{accent ? t(`settings.accent.${accent}`) : none}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
