import { Lightbox } from './pages/lightbox';
import type { Person } from './pages/person';
import { expect } from './patience';
import { smallPhoto, textFile } from './photos';

/** A place in the client: how to get there from anywhere, and how to leave it for the next. */
export type Screen = {
  name: string;
  show: (person: Person) => Promise<void>;
  leave?: (person: Person) => Promise<void>;
};

const escape = ({ page }: Person) => page.keyboard.press('Escape');

/** What somebody sees who is not signed in. */
export const OUTSIDE: readonly Screen[] = [
  {
    name: 'sign in',
    show: async ({ page, door }) => {
      await page.goto('/sign-in');
      await expect(door.heading('Sign in')).toBeVisible();
    },
  },
  {
    name: 'sign in, refused',
    show: async ({ door }) => {
      await door.signIn('nobody', 'not a password');
      await expect(door.alert).toBeVisible();
    },
  },
  {
    name: 'register',
    show: async ({ page, door }) => {
      await page.getByRole('link', { name: 'Create an account' }).click();
      await expect(door.heading('Create account')).toBeVisible();
    },
  },
  {
    name: 'register, with mistakes',
    show: async ({ page, door }) => {
      await door.register({ name: '', username: 'an', password: 'short' });
      await expect(page.getByText('Use 3 to 32 characters.')).toBeVisible();
    },
  },
];

const PAGES = [
  'profile',
  'appearance',
  'notifications',
  'language',
  'privacy',
  'security',
  'shortcuts',
  'storage',
  'about',
] as const;

/** What Ann of the demonstration can get to see, one after the other. */
export const INSIDE: readonly Screen[] = [
  {
    name: 'list',
    show: async ({ page, list }) => {
      await page.goto('/');
      await expect(list.row('Ben Ortiz')).toBeVisible();
    },
  },
  {
    name: 'menu of a conversation',
    show: async ({ page, list }) => {
      await list.row('Ben Ortiz').click({ button: 'right' });
      await expect(page.getByRole('menu')).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'search',
    show: async ({ list }) => {
      await list.search.fill('e');
      await expect(
        list.region.getByRole('region', { name: 'People' }).getByRole('button').first(),
      ).toBeVisible();
    },
  },
  {
    name: 'search without a result',
    show: async ({ page, list }) => {
      await list.search.fill('nobody is called that');
      await expect(page.getByText('No message says that.')).toBeVisible();
    },
    leave: async ({ list }) => list.search.fill(''),
  },
  {
    name: 'search for messages',
    show: async ({ list }) => {
      await list.search.fill('the has:photo ');
      const found = list.region.getByRole('region', { name: 'Messages' });
      await expect(found.getByRole('button', { name: 'Remove “Photos”' })).toBeVisible();
      await expect(found.getByRole('listitem').first()).toBeVisible();
    },
    leave: ({ list }) => list.search.press('Escape'),
  },
  {
    name: 'palette',
    show: async ({ page }) => {
      await page.keyboard.press('Control+k');
      const palette = page.getByRole('dialog', { name: 'Go anywhere' });
      await palette.getByRole('combobox').fill('be');
      await expect(palette.getByRole('option', { name: 'Mute Ben Ortiz' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'keyboard shortcuts',
    show: async ({ page }) => {
      await page.keyboard.press('Control+/');
      await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'new conversation',
    show: async ({ page, list }) => {
      await list.newConversation.click();
      const dialog = page.getByRole('dialog', { name: 'New conversation' });
      for (const name of ['Ben Ortiz', 'Dario Rossi']) {
        await dialog.getByRole('combobox').fill(name);
        await dialog.getByRole('option', { name }).click();
      }
      await dialog.getByRole('combobox').fill('chl');
      await expect(dialog.getByRole('option')).toHaveCount(1);
    },
  },
  {
    name: 'new group',
    show: async ({ page }) => {
      await page.getByRole('button', { name: 'Next' }).click();
      await expect(page.getByRole('dialog', { name: 'New group' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'only what is unread',
    show: async ({ page, list }) => {
      await list.filter('Unread');
      await expect(page.getByRole('button', { name: 'Unread' })).toHaveAttribute('aria-pressed', 'true');
    },
    leave: ({ list }) => list.filter('All'),
  },
  {
    name: 'thread',
    show: async (person) => {
      await person.list.open('Ben Ortiz');
      await expect(person.thread('Ben Ortiz').messages.last()).toBeVisible();
    },
  },
  {
    name: 'search in a conversation',
    show: async ({ page }) => {
      await page.keyboard.press('Control+f');
      const bar = page.getByRole('search', { name: 'Search in Ben Ortiz' });
      await bar.getByRole('searchbox').fill('the');
      await expect(bar).toContainText(/1 of/);
    },
    leave: ({ page }) => page.getByRole('button', { name: 'Close the search' }).click(),
  },
  {
    name: 'menu of a message',
    show: async (person) => {
      await person.thread('Ben Ortiz').messages.last().click({ button: 'right' });
      await expect(person.page.getByRole('menu', { name: 'Message actions' })).toBeVisible();
    },
  },
  {
    name: 'emoji',
    show: async ({ page }) => {
      await page.getByRole('menuitem', { name: 'More reactions' }).click();
      await expect(page.getByRole('dialog', { name: 'Emoji' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'reactions',
    show: async ({ page }) => {
      const chip = page
        .getByRole('log')
        .getByRole('button', { name: /^\S+, \d/ })
        .last();
      await chip.click({ button: 'right' });
      await expect(
        page.getByRole('dialog', { name: 'Reactions' }).getByRole('listitem').first(),
      ).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'message info',
    show: async (person) => {
      await person.thread('Ben Ortiz').messages.last().click({ button: 'right' });
      await person.page.getByRole('menuitem', { name: 'Info' }).click();
      await expect(person.page.getByRole('dialog', { name: 'Message info' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'forward',
    show: async (person) => {
      await person.thread('Ben Ortiz').messages.last().click({ button: 'right' });
      await person.page.getByRole('menuitem', { name: 'Forward' }).click();
      await expect(person.page.getByRole('dialog', { name: 'Forward to' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'delete',
    show: async (person) => {
      await person.thread('Ben Ortiz').messages.last().click({ button: 'right' });
      await person.page.getByRole('menuitem', { name: 'Delete' }).click();
      await expect(person.page.getByRole('dialog', { name: 'Delete this message?' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'answer with photos and a file',
    show: async (person) => {
      const thread = person.thread('Ben Ortiz');
      await thread.messages.last().click({ button: 'right' });
      await person.page.getByRole('menuitem', { name: 'Reply' }).click();
      const heic = { ...textFile('IMG_0001.heic', 'not really a photo'), mimeType: 'image/heic' };
      await thread.attach('Add photos', [smallPhoto('a photo with a long name.jpg'), heic]);
      await expect(thread.tray.getByText('with place and date')).toBeVisible();
    },
    leave: async (person) => {
      await person.page.getByRole('button', { name: 'Do not reply' }).click();
      for (const name of ['a photo with a long name.jpg', 'IMG_0001.heic'])
        await person.page.getByRole('button', { name: `Remove ${name}` }).click();
    },
  },
  {
    name: 'details',
    show: async (person) => {
      await person.thread('Ben Ortiz').openDetails();
    },
  },
  {
    name: 'lightbox',
    show: async (person) => {
      await person.details.region.getByRole('button', { name: /^Open photo 1/ }).click();
      await expect(new Lightbox(person.page).dialog).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'group and its details',
    show: async (person) => {
      await person.goTo('/');
      await person.list.filter('Groups');
      await person.list.rows.first().click();
      await person.page.getByRole('button', { name: 'Details', exact: true }).click();
      await expect(person.details.region.getByText(/^Group/)).toBeVisible();
    },
  },
  {
    name: 'menu of a member',
    show: async ({ page, details }) => {
      await details.region
        .getByRole('button', { name: /^What to do with/ })
        .first()
        .click();
      await expect(page.getByRole('menu')).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'leave a group',
    show: async ({ page, details }) => {
      await details.region.getByRole('button', { name: 'Leave group' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'people',
    show: async (person) => {
      await person.goTo('/people');
      await expect(person.page.getByRole('button', { name: /Ben Ortiz/ })).toBeVisible();
    },
  },
  ...PAGES.map((name) => ({
    name: `settings: ${name}`,
    show: async (person: Person) => {
      await person.goTo(`/settings/${name}`);
      await expect(person.page.getByRole('heading', { level: 1, name: new RegExp(name, 'i') })).toBeVisible();
    },
  })),
  {
    name: 'delete account',
    show: async (person) => {
      const { page } = person;
      await person.goTo('/settings/security');
      await page.getByRole('button', { name: 'Delete account' }).click();
      await expect(page.getByRole('dialog', { name: 'Delete account' })).toBeVisible();
    },
    leave: escape,
  },
  {
    name: 'a conversation that is not there',
    show: async (person) => {
      await person.goTo('/c/01a204f6-0000-7000-8000-000000000000');
      await expect(person.page.getByText('This conversation is not here')).toBeVisible();
    },
  },
];
