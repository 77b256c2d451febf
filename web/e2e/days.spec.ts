import { Browsers, expect, test } from './journey';
import { Keyboard } from './pages/keyboard';

test('a day is gone to by keyboard, and its first message is the one that was the first', async ({
  browser,
  demo,
  complaints,
}) => {
  const people = new Browsers(browser, complaints);
  const ann = await people.open(demo.url, 'Ann Keller');
  const keys = new Keyboard(ann.page);
  await ann.page.goto('/demo/ann');
  await ann.list.open('Ben Ortiz');
  const thread = ann.thread('Ben Ortiz');
  await expect(thread.messages.last()).toBeVisible();
  await keys.press('Control+f');
  const bar = ann.page.getByRole('search', { name: 'Search in Ben Ortiz' });
  await keys.tabTo(bar.getByRole('button', { name: 'Go to a day' }));
  await keys.press('Enter');
  const calendar = ann.page.getByRole('dialog', { name: 'Go to a day' });
  await expect(calendar.getByRole('columnheader').first()).toHaveAttribute('abbr', 'Monday');
  await keys.expectOriented();

  // As far back as it goes: the day on which the two began to talk.
  const previous = calendar.getByRole('button', { name: 'Previous month' });
  const today = calendar.getByRole('gridcell').getByRole('button').and(ann.page.locator('[aria-current]'));
  await expect(today).toBeFocused();
  for (let years = 0; years < 3; years += 1) await keys.press('Shift+PageUp');
  await expect(previous).toBeDisabled();
  await keys.press('Enter');
  await expect(calendar).toBeHidden();
  await expect(thread.messages.first()).toBeFocused();
  await expect(thread.log.getByText('This is where Ben Ortiz begins.')).toBeAttached();

  await keys.press('Escape', 'Control+f');
  await keys.tabTo(bar.getByRole('button', { name: 'Go to a day' }));
  await keys.press('Enter', 'Escape');
  await expect(calendar).toBeHidden();
  await expect(bar.getByRole('button', { name: 'Go to a day' })).toBeFocused();
  await people.close();
});
