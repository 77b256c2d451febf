import { useState } from 'react';
import { changeLanguage } from '@/entities/account';
import { useAppDispatch } from '@/entities/hooks';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { readLanguage, setLanguage } from '@/lib/i18n/language';
import { LANGUAGE_NAMES, LOCALES, type Locale } from '@/lib/i18n/locales';
import { toast } from '@/ui/toasts';
import styles from './LanguagePage.module.css';

/** In which language the client speaks. Each language calls itself by its own name, whatever is spoken now. */
export function LanguagePage() {
  const t = useT();
  const dispatch = useAppDispatch();
  const [chosen, setChosen] = useState(readLanguage() ?? null);
  const choose = async (language: Locale | null) => {
    setChosen(language);
    void setLanguage(language);
    try {
      await dispatch(changeLanguage(language));
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    }
  };
  return (
    <fieldset className={styles.languages} aria-describedby="language-hint">
      <legend className="visually-hidden">{t('settings.language')}</legend>
      {[null, ...LOCALES].map((language) => (
        <label key={language} className={styles.language}>
          <input
            type="radio"
            name="language"
            checked={language === chosen}
            onChange={() => void choose(language)}
          />
          {language === null ? (
            t('settings.languageSystem')
          ) : (
            <bdi lang={language}>{LANGUAGE_NAMES[language]}</bdi>
          )}
        </label>
      ))}
      <p id="language-hint" className={styles.hint}>
        {t('settings.languageHint')}
      </p>
    </fieldset>
  );
}
