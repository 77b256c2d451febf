import { expect, test } from 'vitest';
import { joined } from './index';

test('people of several pages stand together, each once', () => {
  const first = [{ emoji: '👍', count: 3, user_ids: ['ann', 'ben'] }];
  const second = [{ emoji: '👍', count: 3, user_ids: ['ben', 'cem'] }];
  expect(joined(first, second)).toEqual([{ emoji: '👍', count: 3, user_ids: ['ann', 'ben', 'cem'] }]);
});
