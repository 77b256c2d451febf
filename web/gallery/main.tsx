import { createRoot } from 'react-dom/client';
import '@/ui/global.css';
import { PLAIN_LOOK, setLook } from '@/lib/look';
import { Toaster } from '@/ui/Toaster';
import { TooltipLayer } from '@/ui/Tooltip';
import { VIEWS } from './views';

/** `?view=NAME&theme=dark&accent=plum&dir=rtl`: one view alone, as screenshots and axe want it; without a name, the list. */
const query = new URLSearchParams(location.search);
const view = VIEWS[query.get('view') ?? ''];

setLook({
  ...PLAIN_LOOK,
  theme: (query.get('theme') as 'light' | 'dark' | null) ?? 'system',
  accent: (query.get('accent') as 'jade' | null) ?? 'jade',
  density: (query.get('density') as 'compact' | null) ?? 'comfortable',
});
document.documentElement.dir = query.get('dir') ?? 'ltr';

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
