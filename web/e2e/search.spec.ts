import { SERVER_AWAY } from './complaints';
import { expect, test } from './journey';
import { Keyboard } from './pages/keyboard';

test('words are found everywhere, in one conversation and without a network', async ({
  arrive,
  complaints,
}) => {
  const ben = await arrive('Ben');
  const ann = await arrive('Ann');
  const bens = await ben.talkTo(ann);
  for (const text of ['The ferry leaves at seven', 'Bring a warm coat', 'The last ferry is at nine'])
    await bens.say(text);
  await expect(ann.list.row('Ben')).toHaveAccessibleName(/3 unread/);
  const results = ann.list.region.getByRole('region', { name: 'Messages' });
  const keys = new Keyboard(ann.page);

  await test.step('from the list, to the message in its place', async () => {
    await ann.list.search.fill('ferry seven');
    await results.getByRole('button', { name: 'The ferry leaves at seven' }).click();
    await expect(ann.thread('Ben').message('The ferry leaves at seven').row).toBeFocused();
  });

  await test.step('with a filter that is typed and becomes a chip', async () => {
    await ann.list.search.fill('ferry from:ann ');
    await expect(ann.list.search).toHaveValue(/^ferry ?$/);
    await expect(results).toContainText('No message says that.');
    await results.getByRole('button', { name: 'Remove “From Ann”' }).click();
    await expect(results.getByRole('listitem')).toHaveCount(2);
    await ann.list.search.press('Escape');
  });

  await test.step('in the conversation, one after the other', async () => {
    await keys.press('Control+f');
    const bar = ann.page.getByRole('search', { name: 'Search in Ben' });
    await expect(bar.getByRole('searchbox')).toBeFocused();
    await keys.type('ferry');
    await expect(bar).toContainText('1 of 2');
    await keys.press('Enter', 'Enter');
    await expect(bar).toContainText('2 of 2');
    await expect(bar.getByRole('searchbox')).toBeFocused();
    await keys.press('Escape');
    await expect(bar).toBeHidden();
    await expect(ann.thread('Ben').field).toBeFocused();
  });

  await test.step('from the palette, by keys alone', async () => {
    await ann.page.goto('/');
    await expect(ann.list.row('Ben')).toBeVisible();
    await keys.press('Control+k');
    const palette = ann.page.getByRole('dialog', { name: 'Go anywhere' });
    await expect(palette.getByRole('combobox')).toBeFocused();
    await keys.type('mute be');
    await expect(palette.getByRole('option', { name: 'Mute Ben' })).toHaveAttribute('aria-selected', 'true');
    await keys.press('Enter');
    await expect(ann.list.row('Ben')).toHaveAccessibleName(/muted/);
    await keys.press('Control+k');
    await keys.type('warm');
    await palette.getByRole('option', { name: 'Bring a warm coat' }).click();
    await expect(ann.thread('Ben').message('Bring a warm coat').row).toBeFocused();
  });

  await test.step('without a network, in what the device keeps', async () => {
    complaints.excuse(SERVER_AWAY);
    await ann.page.context().setOffline(true);
    await ann.list.search.fill('nine');
    await expect(results.getByRole('button', { name: 'The last ferry is at nine' })).toBeVisible();
    await expect(results).toContainText('Offline: only what this device keeps was searched.');
    await ann.page.context().setOffline(false);
  });
});
