/** The views of the gallery that stand still; the live ones are the screens of the real client. */
export const GALLERY = [
  'signIn',
  'ended',
  'register',
  'demo',
  'components',
  'list',
  'thread',
  'selecting',
  'request',
  'pick',
  'kinds',
] as const;

export function galleryUrl(base: string, view: string, query: Record<string, string> = {}): string {
  return `${base}gallery/index.html?${new URLSearchParams({ view, ...query })}`;
}
