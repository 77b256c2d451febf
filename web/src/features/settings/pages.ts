/** The pages of the settings, in their order. Each has a URL. */
export const SETTINGS_PAGES = [
  'profile',
  'appearance',
  'notifications',
  'language',
  'privacy',
  'security',
  'shortcuts',
  'storage',
  'about',
] as const;

export type SettingsPage = (typeof SETTINGS_PAGES)[number];

/** The page that a URL names. */
export function settingsPage(name: string | undefined): SettingsPage | undefined {
  return SETTINGS_PAGES.find((page) => page === name);
}
