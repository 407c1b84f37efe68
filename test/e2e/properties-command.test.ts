import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../cli/run-command.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

/** Runs the command line with this environment alone. */
async function runProgram(args: readonly string[], environment: Record<string, string>) {
  const { status, out, err } = await runCommand(args, { environment });
  return { code: status, stdout: out, stderr: err };
}

function fileWith(name: string, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'enginy-bridge-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const contact = { crmId: '1', email: 'ada@example.com', campaignOpens: '5', 'campaign-opens': '6', notes: 'one\ntwo' };
const environmentOf = (crm: { url: string; token: string }) => ({
  HUBSPOT_ACCESS_TOKEN: crm.token,
  HUBSPOT_BASE_URL: crm.url,
});

test('plans without a token, from bodies, lists of bodies, NDJSON and captures', async () => {
  const files = [
    fileWith('body.json', JSON.stringify({ contacts: [contact] })),
    fileWith('list.json', JSON.stringify([{ contacts: [{ externalId: '2', Tier: 'A' }] }])),
    fileWith(
      'lines.ndjson',
      '{"companies":[{"externalId":"3","Funding":"B"}]}\n{"companies":[{"externalId":"4","Fit":1}]}\n',
    ),
    fileWith('capture.json', JSON.stringify({ request: { body: { contacts: [{ crmId: '5', Segment: 'x' }] } } })),
  ];

  const { code, stdout } = await runProgram(['properties', 'plan', ...files], {});

  expect(code).toBe(0);
  expect(stdout).toContain('contacts (mappings/hubspot/contacts.yaml): 12 to create, 0 existing, 0 refused');
  expect(stdout).toMatch(/create {2}enginy_external_id +text, unique +the mapping itself/);
  expect(stdout).toMatch(/create {2}campaign_opens +text +campaignOpens/);
  expect(stdout).toMatch(/create {2}campaign_opens_[0-9a-f]{8} +text +campaign-opens/);
  expect(stdout).toMatch(/create {2}notes +text, several lines +notes/);
  for (const name of ['tier', 'segment', 'funding', 'fit']) expect(stdout).toMatch(new RegExp(`create {2}${name} `));
});

test('creates what it planned, so that a bridge without the permission stores every field', async () => {
  const crm = await startCrm();
  const [crmId = ''] = crm.seed({ contacts: [{ properties: {} }] }).contacts;
  const file = fileWith('body.json', JSON.stringify({ contacts: [contact] }));
  const schemaWrites = () => crm.log.filter(({ method, path }) => method === 'POST' && path.includes('/properties/'));

  const planned = await runProgram(['properties', 'plan', file], environmentOf(crm));
  const writesOfPlan = schemaWrites().length;
  const applied = await runProgram(['properties', 'apply', '--yes', file], environmentOf(crm));
  const again = await runProgram(['properties', 'apply', file], environmentOf(crm));

  expect([planned.code, applied.code, again.code]).toEqual([0, 0, 0]);
  expect(planned.stdout).toContain('10 to create, 0 existing, 0 refused');
  expect(writesOfPlan).toBe(0);
  expect(applied.stdout).toMatch(/contacts {2}campaign_opens {2}created\n/);
  expect(again.stdout).toContain('0 to create, 10 existing, 0 refused');

  const limited = await startCrm({ scopes: { without: ['crm.schemas.contacts.write'] } });
  const [limitedId = ''] = limited.seed({
    contacts: [{ properties: {} }],
    properties: { contacts: await customDefinitions(crm) },
  }).contacts;
  for (const [portal, id] of [
    [crm, crmId],
    [limited, limitedId],
  ] as const) {
    const bridge = await startBridgeOn(portal);
    const answer = await bridge.send('PUT', '/contacts', { contacts: [{ ...contact, crmId: id }] });
    expect(answer.body).toMatchObject({ results: [{ crmId: id, success: true }] });
    expect(portal.records('contacts')[0]?.properties).toMatchObject({ campaign_opens: '5', notes: 'one\ntwo' });
  }
});

/** The definitions that were created, ready for another portal, as its administrator would create them. */
async function customDefinitions(crm: { url: string; token: string }): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${crm.url}/crm/v3/properties/contacts`, {
    headers: { authorization: `Bearer ${crm.token}` },
  });
  // The embedded CRM's own answer.
  const { results } = (await response.json()) as { results: { groupName: string }[] };
  return results
    .filter(({ groupName }) => groupName === 'enginy')
    .map((definition) => ({ ...definition, groupName: 'contactinformation' }));
}

test('reports what it cannot do, and exits with 1 when the CRM refuses and 2 on wrong usage', async () => {
  const crm = await startCrm({ scopes: { without: ['crm.schemas.contacts.write'] } });
  const file = fileWith('body.json', JSON.stringify({ contacts: [contact] }));
  const other = fileWith('other.json', '{"tasks":[]}');

  const refused = await runProgram(['properties', 'apply', '-y', file], environmentOf(crm));
  const noToken = await runProgram(['properties', 'apply', '-y', file], {});
  const noRecords = await runProgram(['properties', 'plan', other], {});
  const noAnswer = await runProgram(['properties', 'apply', file], environmentOf(await startCrm()));

  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain('crm.schemas.contacts.write');
  expect([noToken.code, noToken.stderr]).toEqual([2, expect.stringContaining('HUBSPOT_ACCESS_TOKEN is not set')]);
  expect([noRecords.code, noRecords.stderr]).toEqual([2, expect.stringContaining('other.json holds no records')]);
  expect(noAnswer.stdout).toContain('No properties were created');
});
