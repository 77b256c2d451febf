import { Browsers, expect, test, WHOLE } from './journey';

test('a demonstration is entered with one press, from two windows, and answers', async ({
  browser,
  demo,
  complaints,
}) => {
  const people = new Browsers(browser, complaints);
  const ann = await people.open(demo.url, 'Ann Keller', WHOLE);
  await ann.page.goto('/');
  await expect(ann.door.heading('Try Kith')).toBeVisible();
  const second = ann.page.getByRole('link', { name: /Open a second window as Ben Ortiz/ });
  await expect(second).toHaveAttribute('target', '_blank');
  const popup = ann.page.waitForEvent('popup');
  await second.click();
  const ben = people.adopt(await popup, 'Ben Ortiz');
  await ann.page.getByRole('button', { name: /Try as Ann Keller/ }).click();
  await expect(ann.list.row('Ben Ortiz')).toBeVisible();
  await expect(ben.list.row('Ann Keller')).toBeVisible();
  await expect(ann.page.getByText('everything here is made up')).toBeVisible();

  await test.step('the two talk', async () => {
    await ben.list.open('Ann Keller');
    await ben.thread('Ann Keller').say('Is the oven on?');
    await ann.list.open('Ben Ortiz');
    const anns = ann.thread('Ben Ortiz');
    await expect(anns.message('Is the oven on?').row).toBeVisible();
    await anns.say('It is!');
    await expect(ben.thread('Ann Keller').message('It is!').row).toBeVisible();
  });

  await test.step('the guide reads, types, answers and reacts', async () => {
    await ann.list.find('guide', 'Guide');
    const guide = ann.thread('Guide');
    const said = await guide.say('Thank you, what can I try?');
    await said.expectState('read');
    await expect(guide.log.getByText('Guide is typing…')).toBeAttached();
    await expect(said.reaction('❤️')).toHaveAccessibleName('❤️, 1');
    await expect(guide.message('Try these').row).toBeVisible();
    await expect(guide.log.getByText('Guide is typing…')).toBeHidden();
  });
  await test.step('an account of one’s own is one press away, and so is how to be rid of it all', async () => {
    await ann.page.getByRole('button', { name: 'Delete all' }).click();
    await expect(ann.page.getByRole('dialog', { name: 'Delete the demo' })).toContainText('--data');
    await ann.page.keyboard.press('Escape');
    await ann.page.getByRole('button', { name: 'Create my account' }).click();
    await expect(ann.door.heading('Create account')).toBeVisible();
  });
  await people.close();
});
