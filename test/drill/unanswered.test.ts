import { expect, test } from 'vitest';
import type { Fault } from '../../sandbox/faults.ts';
import { problemLines } from '../../src/reasons/problem-words.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { readJournal } from '../journal/journaling.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const requestsAbout = (ada: string, acme: string) =>
  [
    ['/contacts/sync', { contacts: [{ externalId: 'lead-1', phone: '+14155550142' }] }],
    ['/companies/sync', { companies: [{ externalId: 'co-1', name: 'Acme', domain: 'acme.example.com' }] }],
    [
      '/contacts',
      { contacts: [{ externalId: 'lead-2', linkedinUrl: 'https://www.linkedin.com/in/b', firstName: 'B' }] },
    ],
    ['PUT /contacts', { contacts: [{ crmId: ada, title: 'CTO' }] }],
    ['/activities', { type: 'EMAIL', contactId: ada, subject: 'Hi', metadata: { messageId: 'm1' } }],
    ['/tasks', { subject: 'Call', dueDate: '2026-06-01T09:00:00Z', contactId: ada }],
    ['/associations', { associations: [{ contactCRMId: ada, companyCRMId: acme }] }],
    ['/contacts/batch', { ids: [ada] }],
  ] as const;

/** What the journal says about each request, all of them sent at once while HubSpot does this; undefined for one that succeeded. */
async function causesDuring(fault: Fault, environment: Record<string, string> = {}) {
  const folder = temporaryFolder();
  const crm = await startCrm();
  const [ada = ''] = crm.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] }).contacts;
  const [acme = ''] = crm.seed({ companies: [{ properties: { domain: 'acme.example.com' } }] }).companies;
  const settings = { JOURNAL: 'on', DATA_DIR: folder, REQUEST_TIMEOUT_MS: '4000', ...environment };
  const bridge = await startBridgeOn(crm, settings);
  // What it knows of the account is read before.
  await bridge.send('POST', '/tasks', { subject: 'First', dueDate: '2026-06-01T09:00:00Z', contactId: ada });
  crm.faults.add({ ...fault, times: 0 });
  const requests = requestsAbout(ada, acme).map(([path, body]) => {
    const [method, route] = path.includes(' ') ? path.split(' ') : ['POST', path];
    return { method: method ?? '', path: route ?? '', body };
  });
  await Promise.all(requests.map(({ method, path, body }) => bridge.send(method, path, body)));
  await bridge.close(30_000);
  const journal = readJournal(folder);
  const found = (await journal.requests({ limit: 100 })).slice(1);
  const causes = requests.map(async ({ method, path }) => {
    const request = found.find(({ endpoint }) => endpoint === `${method} ${path}`);
    const [entry] = request === undefined ? [] : await journal.recordsOf(request, 1);
    const cause = entry?.problem === undefined ? request?.reason : problemLines(entry.problem).join('\n');
    return [`${method} ${path}`, cause?.replace(/\d+ ms|\d(\.\d)? s\b/g, 'TIME')] as const;
  });
  return Object.fromEntries(await Promise.all(causes));
}

const ranOut = 'the time for the request (REQUEST_TIMEOUT_MS) ran out: HubSpot did not respond within TIME';
const later =
  '\n  Enginy can send the record again; if this persists, see status.hubspot.com, send fewer records at once, or raise REQUEST_TIMEOUT_MS';
const silent = `${ranOut}; nothing was written${later}`;
const silentUpdate = `${ranOut}; HubSpot may still have written the record${later}`;
const unclear =
  'HubSpot did not confirm whether the write succeeded: HubSpot did not respond within TIME\n  look for the record in HubSpot; sending it again is safe and links it if it exists';

test('a HubSpot that does not respond before the deadline is named for every kind of request', async () => {
  expect(await causesDuring({ action: { kind: 'hang' } })).toEqual({
    'POST /contacts/sync': silent,
    'POST /companies/sync': silent,
    'POST /contacts': silent,
    'PUT /contacts': silentUpdate,
    'POST /activities': silent,
    'POST /tasks': silent,
    'POST /associations': silent,
    'POST /contacts/batch': 'HubSpot did not respond within TIME',
  });
});

test('a search without a response is named, also for a create that looked for its record first', async () => {
  expect(await causesDuring({ match: { kind: 'search' }, action: { kind: 'hang' } })).toMatchObject({
    'POST /contacts/sync': silent,
    'POST /companies/sync': silent,
    'POST /contacts': silent,
    'PUT /contacts': undefined,
    'POST /tasks': undefined,
  });
});

/** Each request has to get as far as its create, also on a busy machine. */
const createsHang: Fault = { match: { kind: 'batch-create' }, action: { kind: 'hang' } };

test('a create without a response may have been carried out, also for tasks and activities', async () => {
  expect(await causesDuring(createsHang, { REQUEST_TIMEOUT_MS: '10000' })).toMatchObject({
    'POST /contacts': unclear,
    'POST /activities': unclear,
    'POST /tasks': unclear,
  });
});

test('earlier failures of a call that the deadline ends are named', async () => {
  const causes = await causesDuring({ action: { kind: 'hang' } }, { HUBSPOT_TIMEOUT_MS: '100' });

  for (const endpoint of ['POST /contacts/sync', 'PUT /contacts', 'POST /tasks', 'POST /contacts/batch'])
    expect(causes[endpoint]).toContain('HubSpot did not respond within TIME');
});

test('a reached limit is named for every kind of request', async () => {
  const causes = Object.values(await causesDuring({ action: { kind: 'status', status: 429 } }));

  expect(causes).toHaveLength(8);
  for (const cause of causes) expect(cause).toMatch(/^(?:HubSpot's|The CRM's) rate limit is reached/);
});

test('an outage is named for every kind of request', async () => {
  const causes = Object.values(await causesDuring({ action: { kind: 'status', status: 503 } }));

  expect(causes).toHaveLength(8);
  for (const cause of causes) expect(cause).toContain('HubSpot returned status 503');
});
