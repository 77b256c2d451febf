import { type ReactNode, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import '@/ui/global.css';

let root: Root | undefined;

/** Puts this in the place of whatever the page shows. */
export function show(page: ReactNode): void {
  const element = document.getElementById('root');
  if (!element) return;
  root ??= createRoot(element);
  root.render(<StrictMode>{page}</StrictMode>);
}
