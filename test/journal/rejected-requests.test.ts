import { expect, test } from 'vitest';
import { runCommand } from '../cli/run-command.ts';
import { startJournaling } from './journaling.ts';

test('a request in which no entry can be served is noted entry by entry, under the names that they have', async () => {
  const { send, stopAndRead, folder } = await startJournaling();
  const statuses = [
    await send('PUT', '/contacts', { contacts: [{ externalId: 'lead-1', title: 'CTO' }, { email: 'b@example.com' }] }),
    await send('POST', '/companies', { companies: [{ crmId: '77', name: 'Acme' }] }),
    await send('POST', '/contacts/sync', { contacts: [{ email: 'c@example.com' }] }),
    await send('POST', '/associations', { associations: [{ contactCRMId: '101' }, { companyCRMId: 202 }] }),
    await send('PATCH', '/tasks/batch', { ids: [null], completed: true }),
  ].map(({ status }) => status);
  await send('POST', '/associations', {
    associations: [{ contactCRMId: '1', companyCRMId: '2' }, { contactCRMId: '303' }],
  });
  const journal = await stopAndRead();
  const life = async (name: string) =>
    (await journal.lifeOf(name, 10)).map(({ request: { endpoint }, position, outcome, problem }) => {
      return [endpoint, position, outcome, problem?.text];
    });

  expect(statuses).toEqual([400, 400, 400, 400, 400]);
  expect(await life('lead-1')).toEqual([['PUT /contacts', 0, 'failed', 'crmId is missing']]);
  expect(await life('b@example.com')).toEqual([['PUT /contacts', 1, 'failed', 'crmId is missing']]);
  expect(await life('77')).toEqual([['POST /companies', 0, 'failed', 'externalId is missing']]);
  expect(await life('c@example.com')).toEqual([['POST /contacts/sync', 0, 'failed', 'externalId is missing']]);
  expect(await life('101')).toEqual([['POST /associations', 0, 'failed', 'companyCRMId is missing']]);
  expect(await life('202')).toEqual([['POST /associations', 1, 'failed', 'contactCRMId is missing']]);
  expect(await life('303')).toEqual([['POST /associations', 1, 'failed', 'companyCRMId is missing']]);
  const requests = await journal.requests({ limit: 10 });
  expect(requests.map(({ outcomes }) => outcomes.failed)).toEqual([2, 1, 1, 2, 1, 2]);
  const shown = (await runCommand(['lead', 'lead-1'], { environment: { DATA_DIR: folder } })).out;
  expect(shown).toContain('contact lead-1 (entry 0 of the request) failed: the request was rejected: crmId is missing');
});

test('the list shows why a request without records was rejected, without its values', async () => {
  const { bridge, send, stopAndRead, folder } = await startJournaling();
  const raw = async (body: string, type = 'application/json') => {
    await fetch(`${bridge.url}/contacts`, {
      method: 'POST',
      headers: { 'x-api-key': 'good-key-for-tests', 'content-type': type },
      body,
    });
  };
  await raw('{"contacts": [Ada');
  await raw('Ada', 'text/plain');
  await send('POST', '/contacts', { people: ['Ada'] });
  await send('GET', '/contacts/Ada');
  await (await stopAndRead()).requests({ limit: 1 });

  const { out } = await runCommand(['requests'], { environment: { DATA_DIR: folder } });

  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^.*?(?=POST|GET)/, '').replace(/ {2,}\d+ ms/, ''));
  expect(lines.map((line) => line.replace(/ {2,}/g, '  '))).toEqual([
    'POST /contacts  400  Invalid JSON: The body is not valid JSON',
    'POST /contacts  415  Unsupported media type: Send the body as application/json',
    'POST /contacts  400  Invalid request: contacts must be an array',
    'GET (unknown path)  404  Not found',
  ]);
  expect(out).not.toContain('Ada');
});

test('a task or an activity that was read and does not exist is found by its id', async () => {
  const { send, stopAndRead, folder } = await startJournaling();
  const task = await send('POST', '/tasks', { subject: 'Call', dueDate: '2026-06-01T09:00:00Z' });
  await send('GET', '/tasks/31337');
  await send('GET', '/activities/4711');
  await send('GET', `/tasks/${task.body.id}`);
  await (await stopAndRead()).requests({ limit: 1 });
  const lead = async (name: string) => (await runCommand(['lead', name], { environment: { DATA_DIR: folder } })).out;

  expect(await lead('31337')).toMatch(
    /GET \/tasks\/:id {2}task 31337 failed: Task not found: HubSpot has no record with this id: it was deleted, or belongs/,
  );
  expect(await lead('4711')).toContain('activity 4711 failed: Activity not found: HubSpot has no record with this id');
  expect(await lead(task.body.id)).not.toContain('GET');
  const { out } = await runCommand(['requests', '--reason', 'not-found'], { environment: { DATA_DIR: folder } });
  expect(out.trim().split('\n')).toHaveLength(2);
});
