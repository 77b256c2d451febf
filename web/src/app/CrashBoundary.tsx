import { Component, type ErrorInfo, type ReactNode } from 'react';
import { t } from '@/lib/i18n';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { IconAlertCircle } from '@/ui/icons';
import styles from './CrashBoundary.module.css';

type Props = { children: ReactNode; resetKey?: string };
type State = { error: Error | undefined; resetKey: string | undefined };

/** Keeps a fault in one pane from taking the others along: says so, and offers to draw the pane anew. */
export class CrashBoundary extends Component<Props, State> {
  override state: State = { error: undefined, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { error: undefined, resetKey: props.resetKey };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    // A chunk that is gone means that the server was upgraded: its new page knows the new names.
    if (/dynamically imported module|module script failed/i.test(error.message)) reloadOnce();
    else reportError(new Error(`${error.message}${info.componentStack ?? ''}`, { cause: error }));
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <EmptyState
        icon={<IconAlertCircle />}
        title={t('crash.title')}
        action={<Button onClick={() => this.setState({ error: undefined })}>{t('crash.reload')}</Button>}
      >
        <details className={styles.details}>
          <summary>{t('crash.details')}</summary>
          <pre>{error.stack ?? error.message}</pre>
        </details>
      </EmptyState>
    );
  }
}

const RELOADED_KEY = 'kith.reloaded';

/** Never twice within a minute, so that a chunk that stays missing does not reload for ever. */
function reloadOnce() {
  try {
    if (Date.now() - Number(sessionStorage.getItem(RELOADED_KEY) ?? 0) < 60_000) return;
    sessionStorage.setItem(RELOADED_KEY, String(Date.now()));
    location.reload();
  } catch {
    // Without storage one cannot know whether it was tried; the pane says what happened.
  }
}
