import { expect, test } from './journey';
import { Keyboard } from './pages/keyboard';

const WORDS = ['Milk', 'Bread', 'Honey'];

test('messages are chosen by keyboard and deleted together', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const keys = new Keyboard(ann.page);
  const anns = await ann.talkTo(ben);
  for (const text of WORDS) await (await anns.say(text)).expectState('delivered');
  await anns.field.fill('half a thought');
  await keys.press('Control+ArrowUp');
  await expect(anns.message('Honey').row).toBeFocused();

  await keys.press('Space', 'Escape');
  await expect(anns.selection.bar).toBeHidden();
  await expect(anns.message('Honey').row).toBeFocused();

  await keys.press('Space', 'Shift+ArrowUp');
  await expect(anns.selection.count).toHaveText('2 selected');
  await expect(anns.message('Honey').row.getByRole('checkbox')).toBeChecked();
  await expect(anns.message('Milk').row.getByRole('checkbox')).not.toBeChecked();
  await expect(anns.message('Bread').row).toHaveAccessibleName(/selected$/);
  await keys.expectOriented();

  const dialog = ann.page.getByRole('dialog', { name: 'Delete 2 messages?' });
  const deleteThem = async () => {
    await keys.press('Delete');
    await keys.tabTo(dialog.getByRole('button', { name: 'Delete for everyone' }));
    await keys.press('Enter');
    await expect(anns.messages).toHaveText([/Milk/, /deleted/, /deleted/]);
    await expect(anns.field).toHaveValue('half a thought');
    await keys.expectOriented();
  };
  await deleteThem();
  await test.step('which is thought better of, twice', async () => {
    await expect(ann.toast).toContainText('2 messages deleted');
    await keys.press('Control+z');
    await expect(anns.messages).toHaveText([/Milk/, /Bread/, /Honey/]);
    await expect(ann.toast).toBeHidden();
    await keys.press('End', 'Space', 'Shift+ArrowUp');
    await expect(anns.selection.count).toHaveText('2 selected');
    await deleteThem();
    await ann.toast.getByRole('button', { name: 'Undo' }).click();
    await expect(anns.messages).toHaveText([/Milk/, /Bread/, /Honey/]);
    await anns.message('Honey').row.focus();
    await keys.press('Space', 'Shift+ArrowUp');
    await expect(anns.selection.count).toHaveText('2 selected');
  });
  await deleteThem();
  await ann.toast.getByRole('button', { name: 'Close' }).click();
  await ben.list.open('Ann');
  await expect(ben.thread('Ann').messages).toHaveText([/Milk/, /deleted/, /deleted/]);
});

test('on a phone messages are chosen after a long press, and forwarded in their order', async ({
  arrive,
}) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const [ann, ben, cid] = [await arrive('Ann', phone), await arrive('Ben'), await arrive('Cid')];
  await (await cid.talkTo(ann)).say('Hello');
  const bens = await ben.talkTo(ann);
  for (const text of WORDS) await bens.say(text);
  await ann.list.open('Ben');
  const anns = ann.thread('Ben');

  await anns.message('Honey').longPress();
  await anns.message('Honey').menu.getByRole('menuitem', { name: 'Select' }).tap();
  await anns.message('Milk').row.tap();
  await anns.message('Bread').row.tap();
  await anns.message('Bread').row.tap();
  await expect(anns.selection.count).toHaveText('2 selected');
  await expect(anns.field).toBeHidden();

  await anns.selection.button('Forward').tap();
  const dialog = ann.page.getByRole('dialog', { name: 'Forward to' });
  await dialog.getByRole('option', { name: 'Cid' }).tap();
  await dialog.getByRole('button', { name: 'Forward', exact: true }).tap();
  await expect(anns.selection.bar).toBeHidden();
  await expect(anns.field).toBeVisible();
  await expect(cid.thread('Ann').messages).toHaveText([/Hello/, /Milk/, /Honey/]);
});
