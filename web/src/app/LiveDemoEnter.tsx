import { useAppSelector } from '@/entities/hooks';
import { selectServerInfo } from '@/entities/session';
import { DemoEnter } from './DemoEnter';
import { useWays } from './useWays';

/** {@link DemoEnter} for somebody who is signed in already, as another. */
export function LiveDemoEnter({ username }: { username: string }) {
  const server = useAppSelector(selectServerInfo) ?? undefined;
  const { enterDemo } = useWays();
  return <DemoEnter username={username} server={server} onEnter={enterDemo} />;
}
