import { expect, test } from 'vitest';
import { type ExportRequest, runExport } from '../../../demo/export.ts';
import { exampleSeed } from '../../../sandbox/seed.ts';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

const objects = ['contacts', 'companies', 'tasks', 'emails', 'communications'] as const;

test('a whole export, then the same export again after a restart: the second run creates nothing', async () => {
  const crm = await startCrm();
  crm.seed(exampleSeed);
  const count = () => Object.fromEntries(objects.map((object) => [object, crm.records(object).length]));
  const before = count();

  const first = await play(crm);
  const afterFirst = count();
  const second = await play(crm);

  expect(afterFirst).toEqual({
    contacts: (before.contacts ?? 0) + 2,
    companies: (before.companies ?? 0) + 1,
    tasks: 2,
    emails: 2,
    communications: 2,
  });
  expect(count()).toEqual(afterFirst);
  expect(sent(first)).toEqual(expect.arrayContaining(['POST /contacts', 'POST /companies', 'PUT /contacts']));
  expect(sent(second)).not.toContain('POST /contacts');
  expect(sent(second)).not.toContain('POST /companies');
  expect(idsOf(second, '/activities')).toEqual(idsOf(first, '/activities'));
  expect(idsOf(second, '/tasks')).toEqual(idsOf(first, '/tasks'));
});

test('every request of the export that is sent a second time gets the same response', async () => {
  const crm = await startCrm();
  crm.seed(exampleSeed);
  const count = () => objects.map((object) => crm.records(object).length);
  const before = count();
  const bridge = await startBridgeOn(crm);

  await runExport(async ({ method, path, body }) => {
    const first = await bridge.send(method, path, body);
    const second = await bridge.send(method, path, body);
    expect([second.status, idsIn(second.body)], `${method} ${path}`).toEqual([first.status, idsIn(first.body)]);
    return first.body;
  });

  expect(count().map((after, index) => after - (before[index] ?? 0))).toEqual([2, 1, 2, 2, 2]);
});

interface Played {
  readonly request: ExportRequest;
  readonly body: unknown;
}

async function play(crm: { url: string; token: string }): Promise<Played[]> {
  const bridge = await startBridgeOn(crm);
  const played: Played[] = [];
  await runExport(async (request) => {
    const { status, body } = await bridge.send(request.method, request.path, request.body);
    expect([request.title, status]).toEqual([request.title, request.status]);
    expect(JSON.stringify(body)).not.toMatch(/"errors"|"success":false/);
    played.push({ request, body });
    return body;
  });
  return played;
}

function sent(played: readonly Played[]): string[] {
  return played.map(({ request }) => `${request.method} ${request.path}`);
}

function idsOf(played: readonly Played[], path: string): unknown[] {
  return played.flatMap(({ request, body }) => (request.path === path ? [idsIn(body)] : []));
}

function idsIn(body: unknown): string[] {
  return [...JSON.stringify(body).matchAll(/"(?:id|crmId)":"([^"]+)"/g)].map((match) => match[1] ?? '');
}
