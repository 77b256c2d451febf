/** Catalogues are gettext files keyed by explicit ids; the build compiles them, so that no parser reaches the browser. */
export default {
  locales: ['en'],
  sourceLocale: 'en',
  catalogs: [{ path: '<rootDir>/src/lib/i18n/{locale}', include: ['src'] }],
  format: 'po',
};
