import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { loadLaterWords } from './i18n';

/** A component that is loaded when it is first drawn, together with the words that only such components say. */
export function lazily<Props>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    const [component] = await Promise.all([load(), loadLaterWords()]);
    return { default: component };
  });
}
