/** The element of `index.html` in which the build names the files of the client. */
const FILES = 'client-files';

/** Has the browser fetch the client, without running it. */
export function preloadClient(): void {
  const files = document.getElementById(FILES);
  // What is in a template is only fetched once it is in the page.
  if (files instanceof HTMLTemplateElement) document.head.append(files.content);
}
