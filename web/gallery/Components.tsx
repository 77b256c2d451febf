import { type ReactNode, useState } from 'react';
import { type Accent, PLAIN_LOOK } from '@/lib/look';
import { Avatar, StackedAvatar } from '@/ui/Avatar';
import { Badge } from '@/ui/Badge';
import { Bubble } from '@/ui/Bubble';
import { Button } from '@/ui/Button';
import { Calendar } from '@/ui/Calendar';
import { Chip } from '@/ui/Chip';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { IconMessageCircle, IconPencil, IconX } from '@/ui/icons';
import { LookChoice } from '@/ui/LookChoice';
import { Notice } from '@/ui/Notice';
import { PersonRow } from '@/ui/PersonRow';
import { type Pickable, PickList } from '@/ui/PickList';
import { PickMark } from '@/ui/PickMark';
import { SearchField } from '@/ui/SearchField';
import { Segmented } from '@/ui/Segmented';
import { Skeleton } from '@/ui/Skeleton';
import { Spinner } from '@/ui/Spinner';
import { Swatches } from '@/ui/Swatches';
import { Switch } from '@/ui/Switch';
import { Tabs } from '@/ui/Tabs';
import { TextField } from '@/ui/TextField';
import { Tick, type TickState } from '@/ui/Tick';
import { TypingDots } from '@/ui/TypingDots';
import styles from './Components.module.css';
import { NOW } from './fixtures';

const PEOPLE: Pickable[] = ['Ines', 'Jonas', '田中ゆき'].map((name) => ({
  id: name,
  name,
  note: '@someone',
}));
const HUES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
const TICKS: TickState[] = ['queued', 'sending', 'sent', 'delivered', 'seen', 'failed'];

/** Every component of the design system in its states. */
export function Components() {
  const [tab, setTab] = useState<'media' | 'files'>('media');
  const [theme, setTheme] = useState('system');
  const [look, setLook] = useState(PLAIN_LOOK);
  const [accent, setAccent] = useState<Accent>();
  const [chosen, setChosen] = useState<readonly Pickable[]>(PEOPLE.slice(0, 1));
  return (
    <main className={styles.page}>
      <h1>Components</h1>
      <Group title="Buttons">
        <Button look="primary">Primary</Button>
        <Button>Secondary</Button>
        <Button look="quiet">Quiet</Button>
        <Button look="danger">Danger</Button>
        <Button look="danger-quiet">Leave</Button>
        <Button look="primary" busy>
          Busy
        </Button>
        <Button disabled>Disabled</Button>
      </Group>
      <Group title="Icon buttons">
        <IconButton label="Plain">
          <IconPencil />
        </IconButton>
        <IconButton label="Soft" look="soft">
          <IconPencil />
        </IconButton>
        <IconButton label="Active" look="active">
          <IconPencil />
        </IconButton>
        <IconButton label="Solid" look="solid">
          <IconPencil />
        </IconButton>
        <IconButton label="Small" small>
          <IconX />
        </IconButton>
      </Group>
      <Group title="Avatars">
        {HUES.map((id) => (
          <Avatar key={id} id={id} name={`${id} ${id}`} size={40} />
        ))}
        <Avatar id="n" name="Online" size={48} presence="online" />
        <Avatar id="o" name="Recent" size={48} presence="recent" />
        <Avatar id="p" name="田中" size={96} presence="online" />
        <StackedAvatar
          size={48}
          faces={[
            { id: 'a', name: 'Ann' },
            { id: 'b', name: 'Ben' },
          ]}
        />
      </Group>
      <Group title="Badges and ticks">
        <Badge count={3} />
        <Badge count={1200} />
        <Badge count={12} mention />
        <Badge count={28} muted />
        {TICKS.map((state) => (
          <Tick key={state} state={state} label={state} />
        ))}
        <Spinner />
      </Group>
      <Group title="Bubbles">
        <Bubble own={false} first last>
          <TypingDots />
        </Bubble>
        <Bubble own first last={false}>
          Own, first
        </Bubble>
        <Bubble own={false} first={false} last hollow>
          Message deleted
        </Bubble>
      </Group>
      <Group title="Fields">
        <TextField label="Username" hint="Others find you by it." defaultValue="kim" />
        <TextField
          label="Password"
          type="password"
          error="Use at least 8 characters."
          reveal={{ show: 'Show', hide: 'Hide' }}
        />
        <Switch
          label="Show when I am online"
          hint="If you hide it, you do not see it of others."
          defaultChecked
        />
        <Switch label="Less motion" />
        <Segmented
          label="Theme"
          value={theme}
          onChange={setTheme}
          options={['system', 'light', 'dark'].map((value) => ({ value, label: value }))}
        />
      </Group>
      <Group title="Search">
        <div className={styles.wide}>
          <SearchField label="Search" placeholder="Search" />
        </div>
        <div className={styles.wide}>
          <SearchField label="Search here" defaultValue="lake">
            <Spinner />
            <span>3 of 12</span>
          </SearchField>
        </div>
        <Calendar min={Date.UTC(2025, 0, 1)} max={NOW} onPick={() => undefined} />
        <PickMark on />
        <PickMark on={false} />
      </Group>
      <Group title="Looks">
        <LookChoice look={look} onChange={(part) => setLook({ ...look, ...part })} />
      </Group>
      <Group title="Accents and people">
        <Swatches label="Colour" value={accent} none="As everywhere" onChange={setAccent} />
        <div className={styles.wide}>
          <PickList
            label="To"
            placeholder="Name or username"
            query=""
            onQuery={() => undefined}
            options={PEOPLE}
            chosen={chosen}
            onChange={setChosen}
            removeLabel={(name) => `Remove ${name}`}
            empty="Nobody"
          />
        </div>
      </Group>
      <Group title="Chips and tabs">
        <Chip pressed>All</Chip>
        <Chip pressed={false}>Unread</Chip>
        <div className={styles.wide}>
          <Tabs
            label="Shared"
            tabs={[
              { id: 'media', label: 'Media' },
              { id: 'files', label: 'Files' },
            ]}
            selected={tab}
            onSelect={setTab}
          >
            The panel of {tab}
          </Tabs>
        </div>
      </Group>
      <Group title="Notices and places">
        <Notice>This server is new. The first account owns it.</Notice>
        <Notice tone="danger">Username or password is wrong.</Notice>
        <PersonRow
          face={{ id: 'ines', name: 'Ines' }}
          note="@ines"
          presence="online"
          onPress={() => undefined}
        />
        <Skeleton width={220} height={16} />
        <EmptyState
          icon={<IconMessageCircle />}
          title="No conversations yet"
          action={<Button look="primary">New</Button>}
        >
          Find someone by name and say hello.
        </EmptyState>
      </Group>
    </main>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.group}>
      <h2>{title}</h2>
      <div className={styles.row}>{children}</div>
    </section>
  );
}
