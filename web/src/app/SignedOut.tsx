import { Suspense, useEffect } from 'react';
import { Route, Switch } from 'wouter';
import type { Credentials, NewAccount } from '@/entities/session/entrance';
import { SignIn } from '@/features/auth/SignIn';
import { useT } from '@/lib/i18n';
import { lazily } from '@/lib/lazily';
import type { ServerInfo, SessionEndReason } from '@/protocol';
import { DemoEnter } from './DemoEnter';
import { setNewOwner } from './newOwner';
import { Splash } from './Splash';

const Register = lazily(async () => (await import('@/features/auth/Register')).Register);
const DemoLanding = lazily(async () => (await import('@/features/auth/DemoLanding')).DemoLanding);

/** How one gets in. Each rejects with an `ApiError`, and otherwise ends once one is inside. */
export interface Ways {
  signIn(credentials: Credentials): Promise<void>;
  register(account: NewAccount): Promise<void>;
  enterDemo(username: string): Promise<void>;
}

type Props = {
  server: ServerInfo | undefined;
  /** Why one was signed out, when it was not one's own doing. */
  ended?: SessionEndReason | null;
  ways: Ways;
};

/** What one sees outside: a demonstration's two doors, the first account of a new server, or the way in. */
export function SignedOut({ server, ended, ways }: Props) {
  const t = useT();
  useEffect(() => {
    document.title = `${t('auth.signIn')} · Kith`;
  }, [t]);

  const way = <SignIn server={server} ended={ended} onSignIn={ways.signIn} />;
  const create = async (data: NewAccount) => {
    // Told beforehand: what comes in its place is drawn as soon as one is in.
    setNewOwner(server?.empty === true);
    try {
      await ways.register(data);
    } catch (error) {
      setNewOwner(false);
      throw error;
    }
  };
  const account = <Register server={server} onRegister={create} />;
  return (
    <Suspense fallback={<Splash />}>
      <Switch>
        <Route path="/sign-in">{way}</Route>
        <Route path="/register">{account}</Route>
        <Route path="/demo/:username">
          {({ username }) => (
            <DemoEnter username={decodeURIComponent(username)} server={server} onEnter={ways.enterDemo} />
          )}
        </Route>
        <Route>
          {server?.demo ? (
            <DemoLanding server={server} onEnter={ways.enterDemo} />
          ) : server?.empty ? (
            account
          ) : (
            way
          )}
        </Route>
      </Switch>
    </Suspense>
  );
}
