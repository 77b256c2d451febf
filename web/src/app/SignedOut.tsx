import { Suspense, useEffect } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { keepsSomebody } from '@/entities/cache/cache';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { enterDemo, register, selectServerInfo, selectSessionEnded, signIn } from '@/entities/session';
import { useT } from '@/lib/i18n';
import { lazily, lazilyAhead } from '@/lib/lazily';
import { DemoEnter } from './DemoEnter';
import { setNewOwner } from './newOwner';
import { Splash } from './Splash';

const [SignIn, fetchSignIn] = lazilyAhead(async () => (await import('@/features/auth/SignIn')).SignIn);
// Nobody's device is most likely a stranger's: the way in is fetched while it is being found out.
if (!keepsSomebody()) fetchSignIn();

const Register = lazily(async () => (await import('@/features/auth/Register')).Register);
const DemoLanding = lazily(async () => (await import('@/features/auth/DemoLanding')).DemoLanding);

/** What one sees outside: a demonstration's two doors, the first account of a new server, or the way in. */
export function SignedOut() {
  const t = useT();
  const dispatch = useAppDispatch();
  const [, navigate] = useLocation();
  const server = useAppSelector(selectServerInfo) ?? undefined;
  const ended = useAppSelector(selectSessionEnded);
  useEffect(() => {
    document.title = `${t('auth.signIn')} · Kith`;
  }, [t]);

  const home = async (deed: Promise<unknown>) => {
    await deed;
    navigate('/', { replace: true });
  };
  const way = <SignIn server={server} ended={ended} onSignIn={(data) => home(dispatch(signIn(data)))} />;
  const create = async (data: Parameters<typeof register>[0]) => {
    // Told beforehand: what comes in its place is drawn as soon as one is in.
    setNewOwner(server?.empty === true);
    try {
      await home(dispatch(register(data)));
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
          {({ username }) => <DemoEnter username={decodeURIComponent(username)} />}
        </Route>
        <Route>
          {server?.demo ? (
            <DemoLanding server={server} onEnter={(username) => home(dispatch(enterDemo(username)))} />
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
