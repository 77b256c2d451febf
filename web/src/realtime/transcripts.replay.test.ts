import { describe, expect, it } from 'vitest';
import type { CauseKind } from '@/protocol';
import { ModelServer } from '@/testing/model-server';
import {
  foldSnapshot,
  normalized,
  recordedTranscripts,
  replay,
  type Snapshot,
  type Transcript,
} from '@/testing/transcript';
import type { PushName } from './events';

/** Every kind of shared change, with the story that its transcript tells. A new kind does not compile without one. */
const STORIES = {
  created: 'somebody makes a conversation with the viewer',
  sent: 'somebody writes',
  edited: 'somebody changes what they wrote',
  unsent: 'somebody takes back what they wrote, quotes and counts with it',
  reacted: 'the viewer and others put, replace and take back reactions',
  pinned: 'somebody pins a message',
  unpinned: 'somebody takes a message off the pins',
  renamed: 'somebody gives the group another title',
  avatar_changed: 'somebody gives the group another picture',
  settings_changed: 'somebody changes what members may do',
  joined: 'somebody adds a person',
  left: 'somebody leaves',
  removed: 'somebody is removed',
  role_changed: 'somebody gets another role',
} satisfies Record<CauseKind, string>;

/** Every event that carries state, and whether a transcript must hold one. */
const EVENTS = {
  'conversation:changed': 'required',
  'conversation:removed': 'required',
  'receipt:updated': 'required',
  'account:changed': 'required',
  'user:updated': 'required',
  typing: 'required',
  presence: 'optional',
} satisfies Record<PushName, 'required' | 'optional'>;

const transcripts = recordedTranscripts();

describe.skipIf(transcripts.length === 0)('the transcripts that the server recorded', () => {
  it.each(transcripts)('$file: the snapshot and its events are the fresh snapshot', ({ transcript }) => {
    expectSame(transcript);
  });

  it.each(Object.entries(STORIES))('there is one of kind %s: %s', (kind) => {
    const told = transcripts.filter(({ transcript }) => transcript.kind === kind);
    expect(told.flatMap(({ transcript }) => causesOf(transcript))).toContain(kind);
  });

  it.each(requiredEvents())('there is one with a %s', (name) => {
    expect(transcripts.flatMap(({ transcript }) => transcript.events.map(([event]) => event))).toContain(
      name,
    );
  });
});

describe('a replay', () => {
  const stories: Partial<Record<Transcript['kind'], (server: ModelServer, id: string) => void>> = {
    sent: (server, id) => {
      server.send('ben', id, '@ann');
      server.send('ann', id, 'yes', 1);
      server.send('ben', id, 'and', 2);
    },
    edited: (server, id) => server.edit('ben', id, 1, 'better'),
    unsent: (server, id) => {
      server.send('ann', id, 'what?', 1);
      server.unsend('ben', id, 1);
    },
    reacted: (server, id) => {
      server.react('ann', id, 1, '👍');
      server.react('ben', id, 1, '👍');
      server.react('ann', id, 1, '❤️');
      server.react('ben', id, 1, null);
    },
    pinned: (server, id) => server.pin('ben', id, 1, true),
    renamed: (server, id) => server.rename('ben', id, 'Another title'),
    joined: (server, id) => server.add('ben', id, 'dan'),
    removed: (server, id) => server.remove('ben', id, 'cem'),
    role_changed: (server, id) => server.setRole('ben', id, 'ann', 'admin'),
    created: (server) => server.create('group', ['ben', 'ann']),
    'conversation:removed': (server, id) => server.remove('ben', id, 'ann'),
    'receipt:updated': (server, id) => server.read('ben', id, 1),
    'account:changed': (server, id) => {
      server.read('ann', id, 1);
      server.hide('ann', id, 1);
      server.mute('ann', id, 5);
      server.block('ann', 'ben', true);
      server.clear('ann', id);
    },
  };

  it.each(Object.entries(stories))('of %s ends where a fresh snapshot begins', (kind, happen) => {
    expectSame(record(kind as Transcript['kind'], happen));
  });

  it('notices when an event is missing', () => {
    const whole = record('sent', (server, id) => server.send('ben', id, 'hello'));
    const { events: _lost, ...rest } = whole;
    expect(() => expectSame({ ...rest, events: [] })).toThrow();
  });
});

function expectSame(transcript: Transcript): void {
  const fresh = normalized(foldSnapshot(transcript.viewer, transcript.fresh));
  expect(normalized(replay(transcript))).toEqual(fresh);
  expect(fresh.behind).toEqual([]);
}

/** A transcript as the model server would record it, in a group that has a history already. */
function record(kind: Transcript['kind'], happen: (server: ModelServer, id: string) => void): Transcript {
  const viewer = 'ann';
  const server = new ModelServer(['ann', 'ben', 'cem', 'dan']);
  const id = server.create('group', ['ben', 'ann', 'cem']);
  server.send('ben', id, 'hello');
  server.send('cem', id, '@ann');
  server.take(viewer);
  const snapshot = snapshotOf(server, viewer);
  happen(server, id);
  const events = server.take(viewer);
  return { kind, viewer, snapshot, events, fresh: snapshotOf(server, viewer) };
}

function snapshotOf(server: ModelServer, viewer: string): Snapshot {
  const sync = server.sync(viewer, null);
  const ids = sync.conversations.map(({ id }) => id);
  const snapshot = {
    sync,
    pages: Object.fromEntries(ids.map((id) => [id, server.page(viewer, id, {}, 100)])),
    changes: Object.fromEntries(ids.map((id) => [id, server.changes(viewer, id, 0)])),
  };
  return structuredClone(snapshot) as Snapshot;
}

function causesOf(transcript: Transcript): CauseKind[] {
  return transcript.events
    .filter(([name]) => name === 'conversation:changed')
    .map(([, payload]) => (payload as { cause: { kind: CauseKind } }).cause.kind);
}

function requiredEvents(): string[] {
  return Object.entries(EVENTS)
    .filter(([, need]) => need === 'required')
    .map(([name]) => name);
}
