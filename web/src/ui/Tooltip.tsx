import { useEffect, useRef } from 'react';
import { place } from './place';
import styles from './Tooltip.module.css';

const AFTER_MS = 500;

/**
 * The one tooltip of the client. Anything with `data-tip` gets it when the pointer rests on it or the keyboard reaches
 * it; Escape and any press take it away. The words are the element's own name, so nothing is read twice.
 */
export function TooltipLayer() {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tip = ref.current;
    if (!tip) return undefined;
    let timer = 0;
    let owner: HTMLElement | undefined;
    const hide = () => {
      clearTimeout(timer);
      owner = undefined;
      if (tip.matches(':popover-open')) tip.hidePopover();
    };
    const show = (event: Event) => {
      const target = (event.target as Element | null)?.closest?.<HTMLElement>('[data-tip]') ?? undefined;
      if (target === owner) return;
      hide();
      const byKeyboard = event.type === 'focusin' && target?.matches(':focus-visible');
      if (!target || (event.type === 'focusin' && !byKeyboard)) return;
      owner = target;
      timer = window.setTimeout(() => {
        if (!target.isConnected) return;
        tip.textContent = target.dataset.tip ?? '';
        tip.showPopover();
        place(tip, target);
      }, AFTER_MS);
    };
    const onPointer = (event: PointerEvent) => {
      if (event.pointerType === 'mouse') show(event);
    };
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key === 'Escape') hide();
    };
    document.addEventListener('pointerover', onPointer);
    document.addEventListener('focusin', show);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide, true);
    document.addEventListener('keydown', onKey, true);
    return () => {
      hide();
      document.removeEventListener('pointerover', onPointer);
      document.removeEventListener('focusin', show);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide, true);
      document.removeEventListener('keydown', onKey, true);
    };
  }, []);
  return <div ref={ref} popover="manual" role="tooltip" aria-hidden="true" className={styles.tip} />;
}
