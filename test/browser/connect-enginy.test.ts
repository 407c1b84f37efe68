import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sendTo } from '../support/start-app.ts';
import { consoleInBrowser } from './console-in-browser.ts';

const key = 'good-key-for-tests';
const console = consoleInBrowser({ PUBLIC_URL: 'https://bridge.example.com' });

/** What Enginy sends, in the order of its checklist. */
async function* checklist(): AsyncGenerator<string> {
  const send = (method: string, path: string, body?: unknown) => sendTo(console.running.url, method, path, body);
  const contact = { externalId: 'lead-1', email: 'john.doe@example.org', firstName: 'John', lastName: 'Doe' };
  const company = { externalId: 'company-1', name: 'Acme Corp', domain: 'acme-corp.example.org' };
  await send('GET', '/health');
  yield 'Test the connection';
  await send('GET', '/users');
  yield 'Read the users who can own records';
  await send('POST', '/companies/sync', { companies: [company] });
  yield 'Find companies';
  await send('POST', '/contacts/sync', { contacts: [contact] });
  yield 'Find contacts';
  const companyId = (await send('POST', '/companies', { companies: [company] })).body.results[0].crmId;
  yield 'Create companies';
  const contactId = (await send('POST', '/contacts', { contacts: [contact] })).body.results[0].crmId;
  yield 'Create contacts';
  await send('PUT', '/companies', { companies: [{ crmId: companyId, name: 'Acme' }] });
  yield 'Update companies';
  await send('PUT', '/contacts', { contacts: [{ crmId: contactId, title: 'CEO' }] });
  yield 'Update contacts';
  await send('POST', '/associations', { associations: [{ contactCRMId: contactId, companyCRMId: companyId }] });
  yield 'Link contacts with companies';
}

test('an engineer connects Enginy, and sees its checklist tick while its requests arrive', async () => {
  const { page, expectClean, close } = await console.open();
  await page.goto('/console');
  await page.getByRole('link', { name: 'Connect Enginy' }).click();

  const values = page.getByRole('region', { name: 'Values to enter' });
  const valueFor = (name: string) => values.getByRole('row', { name }).locator('[id^=value]').innerText();
  // The page reloads itself once HubSpot has answered.
  await values
    .getByText(/^https:\/\/app.*\{\{crmId\}\}$/)
    .first()
    .waitFor();
  expect(await valueFor('Contact link template')).toMatch(/^https:\/\/app.*\{\{crmId\}\}$/);
  expect(await valueFor('Base URL')).toBe('https://bridge.example.com');
  expect(await valueFor('API key header')).toBe('x-api-key');
  const fingerprint = createHash('sha256').update(key).digest('hex').slice(0, 8);
  expect(await values.getByRole('row', { name: /^API key the value/ }).innerText()).toContain(fingerprint);
  expect(await page.content()).not.toContain(key);
  const progress = page.locator('[data-live="progress"]');
  expect(await progress.innerText()).toBe('0 of 13 steps done');
  await page.getByText('Live.').waitFor();

  let done = 0;
  for await (const step of checklist()) {
    done += 1;
    await page.getByRole('row', { name: new RegExp(`^${step} .*answered 20[01]`) }).waitFor();
    await expect.poll(() => progress.innerText()).toBe(`${done} of 13 steps done`);
  }
  expect(done).toBe(9);

  await fetch(`${console.running.url}/health`, { headers: { 'x-api-key': 'not-the-key-0123456' } });
  await page.getByText('1 request with a wrong or missing key').waitFor();
  expectClean();
  await close();
});

test('a value is copied by its button', async () => {
  const { page, context, expectClean, close } = await console.open();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/console/connect');
  await page.getByRole('button', { name: 'Copy Base URL' }).click();

  await page.getByText('Copied.').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('https://bridge.example.com');
  expectClean();
  await close();
});
