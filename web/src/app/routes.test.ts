import { expect, test } from 'vitest';
import { whereOf } from './routes';

test.each([
  ['/', { place: 'chats' }],
  ['/c/42', { place: 'chats', conversationId: '42', showsDetails: false }],
  ['/c/42/details', { conversationId: '42', showsDetails: true }],
  ['/people', { place: 'people' }],
  ['/settings', { place: 'settings', settingsPage: undefined }],
  ['/settings/security', { place: 'settings', settingsPage: 'security' }],
  ['/nowhere', { place: 'chats', conversationId: undefined }],
])('%s', (path, where) => expect(whereOf(path)).toMatchObject(where));
