import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { type RunningBridge, startBridge } from '../../src/serve.ts';
import { logSink } from '../support/log-sink.ts';
import { type Answer, sendTo } from '../support/start-app.ts';

/**
 * The testing checklist of Enginy's documentation, in its order, against the bridge as `npm start` runs it: sandbox mode, the
 * embedded CRM with its limits and its search lag, real HTTP all the way.
 */
let bridge: RunningBridge;
const folder = mkdtempSync(join(tmpdir(), 'checklist-'));
const known: Record<string, string> = {};

const send = (method: string, path: string, body?: unknown): Promise<Answer> => sendTo(bridge.url, method, path, body);

beforeAll(async () => {
  const folders = { DATA_DIR: join(folder, 'data'), CAPTURE_DIR: join(folder, 'captures') };
  const config = loadConfig({ PORT: '0', API_KEY: 'good-key-for-tests', SANDBOX: 'true', ...folders });
  bridge = await startBridge(config, logSink().log);
});

afterAll(async () => {
  await bridge.close(0);
  rmSync(folder, { recursive: true });
});

// Each step uses what the earlier ones created.
describe('the checklist', { shuffle: false }, () => {
  test('1. health returns 200', async () => {
    // Until the embedded CRM has answered in time, which a busy machine may prevent at first, it is 503.
    await expect
      .poll(async () => {
        const { status, body } = await send('GET', '/health');
        return [status, body.status];
      })
      .toEqual([200, 'ok']);
  });

  test('2. users returns 200 with a list of people', async () => {
    const answer = await send('GET', '/users');

    expect(answer.status).toBe(200);
    expect(answer.body.length).toBeGreaterThan(0);
    expect(answer.body[0]).toEqual({ id: expect.any(String), name: expect.any(String), email: expect.any(String) });
    known.owner = answer.body[0].id;
  });

  test('3. contacts are created: 201 with results', async () => {
    const answer = await send('POST', '/contacts', {
      contacts: [
        {
          externalId: 'contact-1',
          email: 'john.doe@example.org',
          firstName: 'John',
          lastName: 'Doe',
          company: 'Acme Corp',
          ownerId: known.owner,
        },
      ],
    });

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ results: [{ externalId: 'contact-1', crmId: expect.any(String) }] });
    known.contact = answer.body.results[0].crmId;
  });

  test('4. companies are created: 201 with results', async () => {
    const answer = await send('POST', '/companies', {
      companies: [
        {
          externalId: 'company-1',
          name: 'Acme Corp',
          domain: 'acme-corp.example.org',
          numberOfEmployees: 250,
          ownerId: known.owner,
        },
      ],
    });

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ results: [{ externalId: 'company-1', crmId: expect.any(String) }] });
    known.company = answer.body.results[0].crmId;
  });

  test('5. associations answer 200 with success and created: 1', async () => {
    const answer = await send('POST', '/associations', {
      associations: [{ contactCRMId: known.contact, companyCRMId: known.company }],
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ success: true, created: 1 });
  });

  /** The task of the documentation. */
  function task() {
    return {
      subject: 'Follow up with John',
      description: 'Discuss pricing options',
      type: 'call',
      dueDate: '2026-12-31T10:00:00.000Z',
      ownerId: known.owner,
      contactId: known.contact,
      companyId: known.company,
    };
  }

  test('6. a task is created: 201 with id', async () => {
    const answer = await send('POST', '/tasks', task());

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ id: expect.any(String), ...task(), completed: false, completedAt: null });
    known.task = answer.body.id;
  });

  test.each([
    ['LINKEDIN', 'OUTBOUND', '[1/3] [FROM Acme Corp] John Smith'],
    ['EMAIL', 'INBOUND', '[TechStartup Inc] Jane Doe'],
  ])('7. a %s activity is logged: 201 with id', async (type, direction, subject) => {
    const answer = await send('POST', '/activities', {
      type,
      direction,
      subject,
      body: '<p>Thank you for connecting!</p>',
      ownerId: known.owner,
      occurredAt: '2026-11-01T12:00:00.000Z',
      contactId: known.contact,
      companyId: known.company,
      metadata: { messageId: `message-${type}`, sequenceIndex: 1, sequenceMessageCount: 3 },
    });

    expect(answer.status).toBe(201);
    expect(answer.body.id).toEqual(expect.any(String));
    known.activity = answer.body.id;
  });

  test('8. tasks are read in a batch: 200 with a list', async () => {
    const answer = await send('POST', '/tasks/batch', { ids: [known.task, 'no-such-task'] });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([
      expect.objectContaining({ id: known.task, subject: 'Follow up with John', completed: false }),
    ]);
  });

  test('9. tasks are completed in a batch: 200 with a list', async () => {
    const answer = await send('PATCH', '/tasks/batch', { ids: [known.task], completed: true });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([
      expect.objectContaining({ id: known.task, completed: true, completedAt: expect.any(String) }),
    ]);
  });

  test('10. engagement fields are written to a contact and a company: 200 with results', async () => {
    const engagement = {
      genesy_engagement_status: 'Message Replied (2/3) - LINKEDIN',
      genesy_last_engaged_at: '2026-11-01T12:00:00.000Z',
      campaignOpens: '5',
    };

    const contacts = await send('PUT', '/contacts', { contacts: [{ crmId: known.contact, ...engagement }] });
    const companies = await send('PUT', '/companies', { companies: [{ crmId: known.company, ...engagement }] });

    expect([contacts.status, companies.status]).toEqual([200, 200]);
    expect(contacts.body.results).toEqual([expect.objectContaining({ crmId: known.contact, success: true })]);
    expect(companies.body.results).toEqual([expect.objectContaining({ crmId: known.company, success: true })]);
  });

  test('11. sync returns 200 with only the matches', async () => {
    const contacts = await send('POST', '/contacts/sync', {
      contacts: [
        { externalId: 'other-1', email: 'JOHN.DOE@example.org' },
        { externalId: 'other-2', email: 'unknown@example.org' },
      ],
    });
    const companies = await send('POST', '/companies/sync', {
      companies: [
        { externalId: 'other-1', domain: 'https://www.acme-corp.example.org/about', employeeCount: 250 },
        { externalId: 'other-2', domain: 'unknown.example.org' },
      ],
    });

    expect([contacts.status, companies.status]).toEqual([200, 200]);
    expect(contacts.body.results).toEqual([
      {
        externalId: 'other-1',
        crmId: known.contact,
        properties: expect.objectContaining({ email: 'john.doe@example.org', ownerId: known.owner }),
      },
    ]);
    expect(companies.body.results).toEqual([
      {
        externalId: 'other-1',
        crmId: known.company,
        properties: expect.objectContaining({ domain: 'acme-corp.example.org', ownerId: known.owner }),
        // It was created under another id.
        warnings: [expect.stringContaining(`another one already has record ${known.company}`)],
      },
    ]);
    expect([contacts.body.errors, companies.body.errors]).toEqual([undefined, undefined]);
  });

  test('12. contacts and companies are updated: 200 with results', async () => {
    const contacts = await send('PUT', '/contacts', { contacts: [{ crmId: known.contact, title: 'CTO' }] });
    const companies = await send('PUT', '/companies', {
      companies: [{ crmId: known.company, description: 'Makes things' }],
    });

    expect([contacts.status, companies.status]).toEqual([200, 200]);
    const properties = expect.objectContaining({ ownerId: known.owner });
    expect(contacts.body).toEqual({ results: [{ crmId: known.contact, success: true, properties }] });
    expect(companies.body).toEqual({ results: [{ crmId: known.company, success: true, properties }] });
    expect(JSON.stringify([contacts.body, companies.body])).not.toContain('null');
  });

  test('the reference server: records by id have their fields, the owner, and everything in properties', async () => {
    const contacts = await send('POST', '/contacts/batch', { ids: [known.contact, 'unknown'] });
    const companies = await send('POST', '/companies/batch', { ids: [known.company] });

    const person = { externalId: 'contact-1', email: 'john.doe@example.org', firstName: 'John', ownerId: known.owner };
    const company = { externalId: 'company-1', name: 'Acme Corp', ownerId: known.owner };
    expect(contacts.body).toEqual({
      results: [expect.objectContaining({ id: known.contact, ...person, properties: expect.objectContaining(person) })],
    });
    expect(companies.body).toEqual({
      results: [
        expect.objectContaining({ id: known.company, ...company, properties: expect.objectContaining(company) }),
      ],
    });
  });

  test('the reference server: a task read alone is the task of the batch, and an activity is there under its id', async () => {
    const alone = await send('GET', `/tasks/${known.task}`);
    const reopened = await send('PATCH', `/tasks/${known.task}`, { completed: false });
    const unknown = await send('GET', '/tasks/no-such-task');
    const activity = await send('GET', `/activities/${known.activity}`);

    expect([alone.status, alone.body]).toEqual([
      200,
      { id: known.task, ...task(), completed: true, completedAt: expect.any(String) },
    ]);
    expect([reopened.status, reopened.body]).toEqual([
      200,
      { id: known.task, ...task(), completed: false, completedAt: null },
    ]);
    expect([unknown.status, unknown.body.error, unknown.body.message]).toEqual([
      404,
      'Task not found',
      'No task exists with ID: no-such-task',
    ]);
    expect([activity.status, activity.body.id, activity.body.contactId]).toEqual([200, known.activity, known.contact]);
  });

  test('a wrong key is 401 on every endpoint', async () => {
    const statuses = await Promise.all(
      ['/health', '/users', '/tasks/1', '/activities/1'].map(async (path) => {
        const response = await fetch(`${bridge.url}${path}`, { headers: { 'x-api-key': 'wrong' } });
        return response.status;
      }),
    );

    expect(statuses).toEqual([401, 401, 401, 401]);
  });
});
