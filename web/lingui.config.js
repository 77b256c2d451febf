import { formatter } from '@lingui/format-po';

/**
 * Catalogues are gettext files keyed by explicit ids. The build compiles them, so that no parser of sentences reaches the
 * browser.
 */
export default {
  locales: ['en', 'de', 'ar', 'ja'],
  sourceLocale: 'en',
  catalogs: [
    { path: '<rootDir>/src/lib/i18n/{locale}', include: ['src'] },
    { path: '<rootDir>/src/lib/i18n/later/{locale}', include: ['src'] },
  ],
  format: formatter({ explicitIdAsDefault: true, lineNumbers: false }),
};
