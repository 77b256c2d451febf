import { createRoot } from 'react-dom/client';
import '@/ui/global.css';
import { loadLaterWords } from '@/lib/i18n';
import { setLanguage } from '@/lib/i18n/language';
import { activatePseudo, PSEUDO } from '@/lib/i18n/pseudo';
import { PLAIN_LOOK, setLook } from '@/lib/look';
import { Toaster } from '@/ui/Toaster';
import { TooltipLayer } from '@/ui/Tooltip';
import { VIEWS } from './views';

/**
 * `?view=NAME&theme=dark&accent=plum&lang=ar&dir=rtl`: one view alone, as screenshots and axe want it; without a name,
 * the list. `lang=en-XA` is the pseudo-language.
 */
const query = new URLSearchParams(location.search);
const view = VIEWS[query.get('view') ?? ''];

setLook({
  ...PLAIN_LOOK,
  theme: (query.get('theme') as 'light' | 'dark' | null) ?? 'system',
  accent: (query.get('accent') as 'jade' | null) ?? 'jade',
  density: (query.get('density') as 'compact' | null) ?? 'comfortable',
});
const language = query.get('lang');
if (language === PSEUDO) activatePseudo();
else await setLanguage(language ?? 'en');
await loadLaterWords();
// On the body, since the client itself sets the direction of the document with its language.
const direction = query.get('dir');
if (direction) document.body.dir = direction;

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <>
      {view ? view() : <Contents />}
      <TooltipLayer />
      <Toaster closeLabel="Close" />
    </>,
  );
}

function Contents() {
  return (
    <main>
      <h1>Gallery</h1>
      <ul>
        {Object.keys(VIEWS).map((name) => (
          <li key={name}>
            <a href={`?view=${name}`}>{name}</a> <a href={`?view=${name}&theme=dark`}>dark</a>
          </li>
        ))}
      </ul>
    </main>
  );
}
