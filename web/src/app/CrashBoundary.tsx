import { Component, type ErrorInfo, type ReactNode } from 'react';
import { t } from '@/lib/i18n';
import { putAway } from '@/lib/leaving';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { IconAlertCircle } from '@/ui/icons';
import { toast } from '@/ui/toasts';
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
    if (isPartGone(error)) return;
    reportError(new Error(`${error.message}${info.componentStack ?? ''}`, { cause: error }));
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    if (isPartGone(error)) return <Outdated />;
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

/** A part of the client, or its look, that cannot be loaded: the server was upgraded and only has newer ones, or is away. */
function isPartGone(error: Error): boolean {
  return /dynamically imported module|module script failed|unable to preload css/i.test(error.message);
}

/** Nothing is loaded anew without being asked for: somebody may be in the middle of a sentence. */
function Outdated() {
  const load = async () => {
    // Without a network the page that is there is worth more than one that cannot be loaded.
    const isServerThere = await fetch('/api/v1/server').then(isOk, isNot);
    if (!isServerThere) return void toast(t('connection.offline'));
    try {
      await (await import('./update')).loadUpdate();
    } catch {
      // That part is gone, too.
      await putAway();
      location.reload();
    }
  };
  return (
    <EmptyState
      icon={<IconAlertCircle />}
      title={t('update.part')}
      action={<Button onClick={() => void load()}>{t('update.reload')}</Button>}
    >
      {t('update.partHint')}
    </EmptyState>
  );
}

function isOk(response: Response): boolean {
  return response.ok;
}

function isNot(): boolean {
  return false;
}
