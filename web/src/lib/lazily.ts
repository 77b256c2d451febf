import { type ComponentType, createElement, lazy, useState } from 'react';
import { loadLaterWords } from './i18n';

/** A component that is loaded when it is first drawn, together with the words that only such components say. */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  return lazy(async () => ({ default: await withWords(load) }));
}

/** The same, but its loading may begin earlier: see {@link ahead}. */
export function lazilyAhead<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): [ComponentType<Props>, begin: () => void] {
  return ahead(() => withWords(load));
}

/**
 * A component that is loaded when it is first drawn or when `begin` is called, whichever comes first. Once it is there it is
 * drawn in one commit with what is around it. A lazy one is waited for even then, and React shows what was waited for no
 * sooner than 300 ms after it left its place empty.
 */
export function ahead<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): [ComponentType<Props>, begin: () => void] {
  let loaded: ComponentType<Props> | undefined;
  let loading: Promise<{ default: ComponentType<Props> }> | undefined;
  const begun = () => {
    loading ??= load().then(
      (component) => {
        loaded = component;
        return { default: component };
      },
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  const Waiting = lazy(begun) as ComponentType<Props>;
  function Ahead(props: Props) {
    // The one that was drawn first stays: another in its place would begin with a state of its own.
    const [{ drawn }] = useState(() => ({ drawn: loaded ?? Waiting }));
    return createElement(drawn, props);
  }
  // What could not be loaded is tried again when it is drawn.
  return [Ahead, () => void begun().catch(() => undefined)];
}

async function withWords<Component>(load: () => Promise<Component>): Promise<Component> {
  const [component] = await Promise.all([load(), loadLaterWords()]);
  return component;
}
