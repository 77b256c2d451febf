import { useEffect } from 'react';
import { byDemo, byNewAccount, byPassword, type Entrant } from '@/entities/session/entrance';
import { ApiError, createApi } from '@/lib/api';
import { loadLaterWords } from '@/lib/i18n';
import { afterPaint } from '@/lib/painted';
import type { ServerInfo } from '@/protocol';
import { preloadClient } from './ahead';
import { Frame } from './Frame';
import { useLanguage } from './language';
import { show } from './root';
import { SignedOut, type Ways } from './SignedOut';
import { Splash } from './Splash';

/** The way in without the client behind it, which is fetched while somebody signs in. */
export async function openDoor(server: ServerInfo): Promise<void> {
  // Without its words, which the network may not give, the door still opens.
  await loadLaterWords().catch(() => undefined);
  show(<Door server={server} ways={waysInto(server)} />);
}

function Door({ server, ways }: { server: ServerInfo; ways: Ways }) {
  const isSpoken = useLanguage(undefined);
  useEffect(() => (isSpoken ? afterPaint(preloadClient) : undefined), [isSpoken]);
  return <Frame>{isSpoken ? <SignedOut server={server} ways={ways} /> : <Splash />}</Frame>;
}

function waysInto(server: ServerInfo): Ways {
  const api = createApi();
  /** The client is loaded first: nobody is let in to a page that cannot show them what is inside. */
  const inside = async (letIn: () => Promise<Entrant>) => {
    const { enterClient } = await client();
    await enterClient(server, await letIn());
  };
  return {
    signIn: (credentials) => inside(() => byPassword(api, credentials)),
    register: (account) => inside(() => byNewAccount(api, account)),
    enterDemo: (username) => inside(() => byDemo(api, username)),
  };
}

/** The part that could not be loaded is the server's to give, which is away then, or has been upgraded meanwhile. */
async function client() {
  try {
    return await import('./client');
  } catch {
    throw new ApiError({ code: 'offline', message: 'The client cannot be loaded.' });
  }
}
