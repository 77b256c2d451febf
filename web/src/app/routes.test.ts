import { expect, test } from 'vitest';
import { conversationPath, whereOf } from './routes';

test.each([
  ['/', { place: 'chats' }],
  ['/c/42', { place: 'chats', conversationId: '42', showsDetails: false }],
  ['/c/42/details', { conversationId: '42', showsDetails: true }],
  ['/people', { place: 'people' }],
  ['/settings', { place: 'settings', settingsPage: undefined }],
  ['/settings/security', { place: 'settings', settingsPage: 'security' }],
  ['/nowhere', { place: 'chats', conversationId: undefined }],
])('%s', (path, where) => expect(whereOf(path)).toMatchObject(where));

test.each([
  ['?at=7', 7],
  ['?at=0', undefined],
  ['?at=1.5', undefined],
  ['?at=seven', undefined],
  ['', undefined],
])('/c/42%s', (search, at) => expect(whereOf('/c/42', search).at).toBe(at));

test('the address of a message leads to it', () => {
  const [path, search] = conversationPath('42', 7, true).split('?');
  expect(whereOf(path ?? '', search)).toMatchObject({ conversationId: '42', at: 7, showsDetails: true });
});
