import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { captureFileName, captureMoment, requestIdInName } from '../../src/capture/capture-file.ts';
import { sendTo } from '../support/start-app.ts';
import { consoleInBrowser } from './console-in-browser.ts';

const email = 'grace.hopper@example.org';
/** Captured requests, and those of them that write a title. */
const [captured, withTitle] = [500, 37];

const console = consoleInBrowser({ JOURNAL: 'on', CAPTURE: 'all' }, async ({ url }) => {
  const send = (method: string, path: string, body: unknown, id: string) =>
    sendTo(url, method, path, body, { 'x-request-id': id });
  const contact = { externalId: 'lead-77', email, phone: '+1 415 555 0142', firstName: 'Grace', lastName: 'Hopper' };
  const created = await send('POST', '/contacts', { contacts: [contact] }, 'created');
  const { crmId } = created.body.results[0];
  await send('PUT', '/contacts', { contacts: [{ crmId, city: 'Paris' }] }, 'city');
  await send('PUT', '/contacts', { contacts: [{ crmId, title: 'Admiral' }] }, 'title');
  await send('PUT', '/contacts', { contacts: [{ crmId, phone: '+1 415 555 0143' }] }, 'phone');
  await vi.waitFor(() => expect(captures()).toHaveLength(4), { timeout: 30_000 });
});

const folder = () => join(console.running.folder, 'captures');
const captures = () => readdirSync(folder()).filter((name) => name.endsWith('.json'));

/** The folder has as many captures as a busy day: copies of two. */
function multiplyCaptures(): void {
  const fileOf = (id: string) => captures().find((name) => requestIdInName(name) === id) ?? '';
  const [city, title] = [fileOf('city'), fileOf('title')];
  for (let n = 0; n < captured; n += 1) {
    const source = n < withTitle ? title : city;
    const startedAt = new Date(captureMoment(source) + 60_000 + n).toISOString();
    const copy = { startedAt, method: 'PUT', path: '/contacts', status: 200, requestId: `copy-${n}`, unique: '00' };
    copyFileSync(join(folder(), source), join(folder(), captureFileName(copy)));
  }
}

test('support goes from an email address to the reason why a phone number was not updated, and replays', async () => {
  const { page, expectClean, close } = await console.open();
  await page.goto('/console');

  const search = page.getByRole('search', { name: 'Find a record' });
  await search.getByRole('searchbox').fill(email);
  // The first click. The second one opens the request, the third one replays it.
  await search.getByRole('button', { name: 'Find' }).click();
  const reason = 'phone: HubSpot already has a value, and the row says overwrite: if_empty';
  await page.getByText(reason).waitFor();
  expect(page.url()).not.toContain('hopper');
  expect(await page.content()).not.toContain(email);

  const row = page.getByRole('row').filter({ hasText: reason });
  await row.getByRole('link', { name: 'PUT /contacts' }).click();
  await page.getByRole('table', { name: /^HubSpot calls/ }).waitFor();
  await page.getByRole('button', { name: 'Replay offline' }).click();
  await page.getByText('The same as in the capture').waitFor();
  expectClean();
  await close();
});

test('the search box is one key away on every screen', async () => {
  const { page, expectClean, close } = await console.open();
  await page.goto('/console/requests');

  await page.keyboard.press('/');
  await page.keyboard.type('lead-77');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/console/record/lead-77');

  await page.getByRole('heading', { name: 'Record lead-77' }).waitFor();
  expectClean();
  await close();
});

test('rows are reached with j and k, and opened with Enter', async () => {
  const { page, expectClean, close } = await console.open();
  await page.goto('/console/requests');
  const all = await page.locator('tr[data-href]').evaluateAll((found) => found.map((row) => row.dataset.href));
  for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/console/requests/*');

  expect(page.url().endsWith(all[1] ?? 'none')).toBe(true);
  expectClean();
  await close();
});

test('an administrator tries a record, compares an edit, and sees how many captured requests differ', async () => {
  multiplyCaptures();
  const { page, expectClean, close } = await console.open();
  await page.goto('/console/mapping');

  await page.getByRole('link', { name: 'Try a record' }).click();
  await page.getByRole('textbox').fill('email=Ada@Example.com\ntitle=Engineer');
  await page.getByRole('button', { name: 'Explain' }).click();
  const result = page.getByRole('region', { name: 'Result' });
  await result.getByRole('cell', { name: 'ada@example.com' }).first().waitFor();

  await page.goto('/console/mapping');
  await page.getByRole('link', { name: 'Compare an edited file' }).click();
  const editor = page.getByRole('textbox');
  const text = await editor.inputValue();
  await editor.fill(text.replace('crm: jobtitle', 'crm: enginy_title'));
  await page.getByRole('button', { name: 'Compare' }).click();
  // The page reloads itself until all are compared.
  await page.getByText(`${captured - withTitle} the same · ${withTitle} differ`).waitFor({ timeout: 110_000 });
  await page.getByRole('cell', { name: `${withTitle}`, exact: true }).waitFor();
  expect(await page.getByRole('table', { name: 'Differences, by kind' }).innerText()).toContain(
    'update of contacts: enginy_title, jobtitle differ',
  );
  expectClean();
  await close();
}, 300_000);
