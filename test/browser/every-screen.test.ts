import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { includesRole } from '../../src/console/access/roles.ts';
import type { ConsoleSources } from '../../src/console/console-sources.ts';
import { createScreens } from '../../src/console/screens/screen-table.ts';
import { sendTo } from '../support/start-app.ts';
import { consoleInBrowser } from './console-in-browser.ts';
import { accessibilityFaults } from './open-browser.ts';

const anything: unknown = new Proxy(() => anything, { get: () => anything });
const screens = createScreens(anything as ConsoleSources);
const paths = screens.map(({ path }) => path);

/** Paths with parts that depend on what happened, filled in when it has; a screen with such a path needs its line in `findExamples`. */
const examples: Record<string, string> = {};

const console = consoleInBrowser({ JOURNAL: 'on', CAPTURE: 'all' }, doSomeWork);

beforeAll(findExamples);

/** Gives the screens something to show: records that match, that are created, and that fail. */
async function doSomeWork({ url }: typeof console.running): Promise<void> {
  const send = (method: string, path: string, body?: unknown) =>
    sendTo(url, method, path, body, { 'x-request-id': `${method}${path.replaceAll('/', '-')}` });
  await send('GET', '/health');
  await send('GET', '/users');
  const contacts = [
    { externalId: 'lead-1', email: 'ADA.MARCHETTI@northwind-bicycles.example.com' },
    { externalId: 'lead-2', email: 'new.person@example.org', firstName: 'New', lastName: 'Person' },
  ];
  await send('POST', '/contacts/sync', { contacts });
  const created = await send('POST', '/contacts', { contacts: [contacts[1]] });
  const { crmId } = created.body.results[0];
  await send('PUT', '/contacts', { contacts: [{ crmId, title: 'CEO', industry: 'no such industry' }] });
  await send('PUT', '/contacts', { contacts: [{ crmId: '999999999999', title: 'CEO' }] });
}

/** Follows the links of the lists, as soon as what happened is in the files. */
async function findExamples(): Promise<void> {
  const { page, close } = await console.open();
  const firstLink = async (list: string, address: RegExp) => {
    await page.goto(list);
    const links = await page
      .locator('main a')
      .evaluateAll((found) => found.map((each) => each.getAttribute('href') ?? ''));
    return links.find((href) => address.test(href)) ?? '';
  };
  const captures = () => readdirSync(join(console.running.folder, 'captures')).filter((name) => name.endsWith('.json'));
  await vi.waitFor(() => expect(captures().filter((name) => name.includes('PUT'))).toHaveLength(2), {
    timeout: 30_000,
  });
  const problem = () => firstLink('/console/problems', /problems\/[0-9a-f]{12}/);
  await vi.waitFor(async () => expect(await problem()).not.toBe(''), { timeout: 30_000 });
  examples['/console/requests/:id'] = '/console/requests/PUT-contacts';
  examples['/console/problems/:key'] = await problem();
  examples['/console/record/:id'] = '/console/record/lead-2';
  examples['/console/data/:kind'] = '/console/data/companies';
  examples['/console/data/:kind/:id'] = await firstLink('/console/data/contacts', /contacts\/\d+$/);
  // It reloads itself until HubSpot has answered.
  await vi.waitFor(
    async () => {
      await page.goto('/console/hubspot');
      expect(await page.locator('main').innerText()).not.toContain('being checked');
    },
    { timeout: 30_000 },
  );
  await close();
}

test('every path with a part that varies has an example', () => {
  expect(paths.filter((path) => path.includes(':') && examples[path] === undefined)).toEqual([]);
});

/** Where pictures go; those of the documents are replaced when this names their folder, see CONTRIBUTING.md. */
// biome-ignore lint/style/noProcessEnv: a command line has no other way to say so
const pictures = process.env.CONSOLE_PICTURES ?? 'node_modules/.cache/console-pictures';

/** The screens that README.md and docs/console.md show, and how wide. */
const shown: Readonly<Record<string, readonly [name: string, ...widths: number[]]>> = {
  '/console': ['overview', 1280, 360],
  '/console/requests/:id': ['request', 1280],
  '/console/problems': ['problems', 1280],
  '/console/connect': ['connect', 1280],
};
const maxPictureBytes = 150_000;

test.each(paths.flatMap((path) => (['light', 'dark'] as const).map((theme) => [path, theme] as const)))(
  '%s has no accessibility fault in the %s theme, and fits wide and narrow windows',
  async (path, colorScheme) => {
    const { page, expectClean, close } = await console.open({ colorScheme });
    for (const width of [1280, 768, 360]) {
      await page.setViewportSize({ width, height: 800 });
      const response = await page.goto(examples[path] ?? path);

      expect(response?.status()).toBeLessThan(400);
      expect((await response?.body())?.length).toBeLessThan(60_000);
      expect(await page.locator('h1').count()).toBe(1);
      // The page itself never scrolls sideways; wide tables scroll in their own box.
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await accessibilityFaults(page)).toEqual([]);
      const [name, ...widths] = shown[path] ?? ['none'];
      if (widths.includes(width) && colorScheme === 'light') {
        mkdirSync(pictures, { recursive: true });
        const picture = await page.screenshot({ path: `${pictures}/console-${name}-${width}.png` });
        expect(picture.length).toBeLessThan(maxPictureBytes);
      }
    }
    expectClean();
    await close();
  },
);

test.each(paths)('%s shows the same without JavaScript', async (path) => {
  const { page, expectClean, close } = await console.open({ javaScriptEnabled: false });
  await page.goto(examples[path] ?? path);

  expect(await page.locator('main').innerText()).not.toBe('');
  expectClean();
  await close();
});

test.each([
  ['viewer', ['record', 'sign-out', 'theme']],
  ['editor', ['check', 'compare', 'examine', 'record', 'regression', 'replay', 'sign-out', 'theme', 'try']],
] as const)('a page offers a %s nothing that the role may not do', async (role, allowed) => {
  const { page, context, complaints, close } = await console.open(await console.signIn(role));
  const offered = new Set<string>();
  for (const path of paths) {
    await page.goto(examples[path] ?? path);
    const actions = await page.locator('form[method=post]').evaluateAll((forms) => forms.map((form) => form.action));
    for (const action of actions) offered.add(new URL(action).pathname.split('/').at(-1) ?? '');
  }

  expect([...offered].sort()).toEqual(allowed);
  const refused = complaints.filter((complaint) => complaint.startsWith('403'));
  const own = screens.filter((screen) => !includesRole(role, screen.role));
  expect(refused).toHaveLength(own.length);
  expect(await context.cookies()).toHaveLength(1);
  await close();
});

test('the sign-in page has no accessibility fault', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, expectClean, close } = await console.open({ isSignedIn: false, colorScheme });
    await page.goto('/console');

    expect(await page.locator('h1').innerText()).toBe('Sign in');
    expect(await accessibilityFaults(page)).toEqual([]);
    expectClean();
    await close();
  }
});

test('the switch changes the theme, and it stays', async () => {
  const { page, expectClean, close } = await console.open({ colorScheme: 'light' });
  await page.goto('/console');
  const light = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  await page.getByRole('button', { name: 'Use dark theme' }).click();
  await page.goto('/console');

  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).not.toBe(light);
  expect(await accessibilityFaults(page)).toEqual([]);
  expectClean();
  await close();
});

test.each<[string, string]>([
  ['a style in the page', "document.body.setAttribute('style', 'color: red')"],
  ['text that becomes markup', "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')"],
  ['a request to another origin', "fetch('https://other.example').catch(() => {})"],
  ['an error', "setTimeout(() => { throw new Error('of the page') })"],
])('notices %s', async (_name, script) => {
  const { page, complaints, expectClean, close } = await console.open();
  await page.goto('/console');
  expectClean();

  await page.evaluate(script).catch(() => {});

  await expect.poll(() => complaints.length).toBeGreaterThan(0);
  expect(expectClean).toThrow();
  await close();
});

test('detects what axe would report', async () => {
  const { page, close } = await console.open();
  await page.goto('/console');
  await page.evaluate("document.querySelector('main').append(document.createElement('button'))");

  expect(await accessibilityFaults(page)).toEqual([expect.stringContaining('button-name')]);
  await close();
});
