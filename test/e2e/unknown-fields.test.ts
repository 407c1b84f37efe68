import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

interface Definition {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly fieldType: string;
  readonly groupName: string;
}

/** Definitions as HubSpot's own API answers them. */
async function definitionsIn(crm: Sandbox, object = 'contacts'): Promise<readonly Definition[]> {
  const response = await fetch(`${crm.url}/crm/v3/properties/${object}`, {
    headers: { authorization: `Bearer ${crm.token}` },
  });
  // The embedded CRM's own answer.
  return ((await response.json()) as { results: Definition[] }).results;
}

/** What the bridge created for fields, without the property for Enginy's ids. */
async function createdIn(crm: Sandbox, object = 'contacts'): Promise<string[]> {
  const definitions = await definitionsIn(crm, object);
  return definitions.flatMap(({ name, groupName }) =>
    groupName === 'enginy' && name !== 'enginy_external_id' ? [name] : [],
  );
}

const seedContacts = (crm: Sandbox, count: number): string[] =>
  crm.seed({
    contacts: Array.from({ length: count }, (_unused, index) => ({
      properties: { email: `lead-${index}@example.com` },
    })),
  }).contacts;

const creationCalls = (crm: Sandbox) =>
  crm.log.filter(({ kind, path }) => kind === 'write-properties' && path.endsWith('/contacts/batch/create'));

const fieldNames = ['Engagement Status', 'campaignOpens', 'últimoContacto', 'реакция', '返信'];

/** Fifty updates at once, of one contact each, with the same five new fields; the bridges share them. */
async function sendFifty(bridges: readonly Awaited<ReturnType<typeof startBridgeOn>>[], ids: readonly string[]) {
  return await Promise.all(
    ids.map((crmId, index) =>
      bridges[index % bridges.length]?.send('PUT', '/contacts', {
        contacts: [
          { crmId, ...Object.fromEntries(fieldNames.map((field, place) => [field, `${field} ${index}.${place}`])) },
        ],
      }),
    ),
  );
}

async function expectAllStored(crm: Sandbox, ids: readonly string[]): Promise<void> {
  const definitions = await definitionsIn(crm);
  const nameOf = (label: string) => definitions.find((definition) => definition.label === label)?.name ?? '';
  const stored = new Map(crm.records('contacts').map(({ id, properties }) => [id, properties]));
  ids.forEach((id, index) => {
    fieldNames.forEach((field, place) => {
      expect(stored.get(id)?.[nameOf(field)]).toBe(`${field} ${index}.${place}`);
    });
  });
}

test('stores fifty concurrent updates with five new fields in five properties, with one or two creation calls', async () => {
  const crm = await startCrm({ propertyLagMs: 300 });
  const ids = seedContacts(crm, 50);
  const bridge = await startBridgeOn(crm);

  const answers = await sendFifty([bridge], ids);

  expect(answers.map((answer) => answer?.body)).toMatchObject(
    ids.map((crmId) => ({ results: [{ crmId, success: true }] })),
  );
  expect(await createdIn(crm)).toHaveLength(5);
  expect(creationCalls(crm).length).toBeLessThanOrEqual(2);
  await expectAllStored(crm, ids);
});

test('stores fifty concurrent updates through two bridges in five properties', async () => {
  const crm = await startCrm({ propertyLagMs: 300, latency: 20 });
  const ids = seedContacts(crm, 50);
  const bridges = await Promise.all([startBridgeOn(crm), startBridgeOn(crm)]);

  const answers = await sendFifty(bridges, ids);

  expect(answers.map((answer) => answer?.body)).toMatchObject(
    ids.map((crmId) => ({ results: [{ crmId, success: true }] })),
  );
  expect(await createdIn(crm)).toHaveLength(5);
  await expectAllStored(crm, ids);
});

/** Enginy's documented sources of engagement fields, their documented examples, and what else may come later. */
const engagement: readonly (readonly [string, unknown, unknown])[] = [
  ['genesy_last_engaged_at', '2026-10-07T09:30:00.000Z', 'a while ago'],
  ['genesy_engagement_status', 'Message Replied (2/3) - LINKEDIN', null],
  ['campaignEngagementStatus', 'Message Replied (2/3) - LINKEDIN', 'Connection Accepted'],
  ['campaignSequenceStatus', 'Ongoing', 'Paused by Kim'],
  ['campaignSequenceDetails', 'Step 2 of 3', { step: 2, of: 3 }],
  ['campaignOpens', '5', 'many'],
  ['campaignClicks', '2', 7],
  ['campaignOpenAnalysis', 'Yes (5)', 'No'],
  ['campaignClickAnalysis', 'No', true],
  ['campaignReplyAnalysis', 'Yes (1)', ['Yes', 'twice']],
  ['activities', 'Email sent, LinkedIn message', 'Email sent, LinkedIn message, '.repeat(500)],
  ['senders', 'John Smith', ['John Smith', 'Jane Doe']],
  ['campaigns', 'Q4 Outreach', 'Q4 Outreach\nQ1 Outreach'],
];

test.each(['contacts', 'companies'] as const)(
  "stores Enginy's documented engagement fields of %s, and then other values for them",
  async (kind) => {
    const crm = await startCrm();
    const [crmId] = crm.seed({ contacts: [{ properties: {} }], companies: [{ properties: {} }] })[kind];
    const bridge = await startBridgeOn(crm);
    const send = (place: 1 | 2) =>
      bridge.send('PUT', `/${kind}`, {
        [kind]: [{ crmId, ...Object.fromEntries(engagement.map((row) => [row[0], row[place]])) }],
      });
    const stored = async () => {
      const definitions = await definitionsIn(crm, kind);
      const properties = crm.records(kind)[0]?.properties ?? {};
      return engagement.map(
        ([field]) => properties[definitions.find(({ label, name }) => label === field || name === field)?.name ?? ''],
      );
    };

    const first = await send(1);
    const valuesFirst = await stored();
    const second = await send(2);
    const valuesThen = await stored();

    expect([first.body, second.body]).toMatchObject(Array(2).fill({ results: [{ crmId, success: true }] }));
    expect(valuesFirst).toEqual(engagement.map(([, value]) => value));
    expect(valuesThen).toEqual([
      'a while ago',
      'Message Replied (2/3) - LINKEDIN', // sent empty: kept
      'Connection Accepted',
      'Paused by Kim',
      '{"step":2,"of":3}',
      'many',
      '7',
      'No',
      'true',
      'Yes;twice',
      'Email sent, LinkedIn message, '.repeat(500),
      'John Smith;Jane Doe',
      'Q4 Outreach\nQ1 Outreach',
    ]);
  },
);

test('writes the known fields and warns about the others without the schema scope, with one log line at start', async () => {
  const scopes = ['crm.schemas.contacts.write', 'crm.schemas.companies.write'];
  const crm = await startCrm({ scopes: { without: scopes } });
  const [crmId] = seedContacts(crm, 1);
  const bridge = await startBridgeOn(crm, {}, { checksAtStart: true });
  const warned = () => bridge.log.entries.filter(({ level }) => level === 'warn');
  await expect.poll(warned).toHaveLength(1);

  const answer = await bridge.send('PUT', '/contacts', {
    contacts: [{ crmId, title: 'Countess', campaignOpens: '5', 'Engagement Status': 'Replied' }],
  });

  expect(warned()[0]).toMatchObject({ missingScopes: scopes, msg: expect.stringContaining(scopes.join(', ')) });
  expect(answer.status).toBe(200);
  const reason = 'the CRM does not let the bridge create properties (missing scope crm.schemas.contacts.write)';
  expect(answer.body.results).toMatchObject([
    {
      crmId,
      success: true,
      warnings: [`campaignOpens was skipped: ${reason}`, `Engagement Status was skipped: ${reason}`],
    },
  ]);
  expect(crm.records('contacts')[0]?.properties).toMatchObject({ jobtitle: 'Countess' });
});

test.each(['context', 'bare'] as const)(
  'names the missing scope when HubSpot answers in its form "%s"',
  async (form) => {
    const crm = await startCrm({
      scopes: { without: ['crm.schemas.contacts.write'] },
      switches: { missingScopesForm: form },
    });
    const [crmId] = seedContacts(crm, 1);
    const bridge = await startBridgeOn(crm);

    const answer = await bridge.send('PUT', '/contacts', { contacts: [{ crmId, campaignOpens: '5' }] });

    expect(answer.body.results[0].warnings).toEqual([expect.stringContaining('crm.schemas.contacts.write')]);
  },
);

test('writes the known fields and warns about the new one at the portal limit, asking the portal once', async () => {
  const crm = await startCrm({ customPropertyLimit: 0 });
  const [crmId] = seedContacts(crm, 1);
  const bridge = await startBridgeOn(crm);
  const send = () => bridge.send('PUT', '/contacts', { contacts: [{ crmId, title: 'Countess', campaignOpens: '5' }] });

  const answers = [await send(), await send()];

  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(answer.body.results).toMatchObject([
      { crmId, success: true, warnings: [expect.stringMatching(/^campaignOpens was skipped: .*limit of 0 custom/)] },
    ]);
  }
  expect(crm.records('contacts')[0]?.properties).toMatchObject({ jobtitle: 'Countess' });
  expect(creationCalls(crm)).toHaveLength(1);
});

test('restores an archived property of that name, also one archived while the bridge runs', async () => {
  const crm = await startCrm();
  const [crmId] = seedContacts(crm, 1);
  const bridge = await startBridgeOn(crm);
  const send = (value: string) => bridge.send('PUT', '/contacts', { contacts: [{ crmId, campaignOpens: value }] });
  const archive = () =>
    fetch(`${crm.url}/crm/v3/properties/contacts/campaign_opens`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${crm.token}` },
    });

  await send('1');
  await archive();
  const sameBridge = await send('2');
  await archive();
  const nextBridge = await (await startBridgeOn(crm)).send('PUT', '/contacts', {
    contacts: [{ crmId, campaignOpens: '3' }],
  });

  expect([sameBridge.body, nextBridge.body]).toMatchObject(Array(2).fill({ results: [{ crmId, success: true }] }));
  expect(crm.records('contacts')[0]?.properties).toMatchObject({ campaign_opens: '3' });
});

test('keeps creating records after a user archived the property for the ids', async () => {
  const crm = await startCrm({ propertyLagMs: 200 });
  const bridge = await startBridgeOn(crm);
  await bridge.send('POST', '/contacts', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
  await fetch(`${crm.url}/crm/v3/properties/contacts/enginy_external_id`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${crm.token}` },
  });

  const answer = await bridge.send('POST', '/contacts', { contacts: [{ externalId: 'b', email: 'b@example.com' }] });

  expect(answer.body).toEqual({ results: [{ externalId: 'b', crmId: expect.any(String) }] });
  expect(crm.records('contacts').at(-1)?.properties).toMatchObject({ enginy_external_id: 'b' });
});

test('writes the portal option for an industry, and keeps a text that matches none', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('POST', '/companies', {
    companies: [
      { externalId: '1', name: 'One', industry: 'Hospital & Health Care', numberOfEmployees: '51-200' },
      { externalId: '2', name: 'Two', industry: 'IT Services and IT Consulting' },
      { externalId: '3', name: 'Three', industry: 'Beekeeping' },
    ],
  });

  expect(crm.records('companies').map(({ properties }) => properties)).toEqual([
    expect.objectContaining({ industry: 'HOSPITAL_HEALTH_CARE', enginy_employees: '51-200' }),
    expect.objectContaining({ industry: 'INFORMATION_TECHNOLOGY_AND_SERVICES' }),
    expect.objectContaining({ enginy_industry: 'Beekeeping' }),
  ]);
  expect(answer.body.results.map(({ warnings }: { warnings?: string[] }) => warnings?.length ?? 0)).toEqual([1, 0, 1]);
});

/** A folder with the shipped mapping files, one line added to the rows of contacts. */
function mappingsWithRow(row: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'enginy-bridge-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(new URL('../../mappings/hubspot', import.meta.url), folder, { recursive: true });
  const file = join(folder, 'contacts.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^ {2}fields:$/m, `  fields:\n    - ${row}`));
  return folder;
}

test('moves a stage back where the mapping forces it, and gives no false answer elsewhere', async () => {
  const crm = await startCrm();
  const [crmId] = crm.seed({ contacts: [{ properties: { lifecyclestage: 'customer' } }] }).contacts;
  const stage = () => crm.records('contacts')[0]?.properties.lifecyclestage;
  const row = (extra: string) => mappingsWithRow(`{ enginy: stage, crm: lifecyclestage${extra} }`);
  const plain = await startBridgeOn(crm, { MAPPINGS_DIR: row('') });
  const forcing = await startBridgeOn(crm, { MAPPINGS_DIR: row(', backward: force') });
  const send = (bridge: typeof plain) => bridge.send('PUT', '/contacts', { contacts: [{ crmId, stage: 'lead' }] });

  await send(plain);
  const stageAfterPlain = stage();
  const answer = await send(forcing);

  expect(stageAfterPlain).toBe('customer');
  expect(answer.body).toMatchObject({ results: [{ crmId, success: true }] });
  expect(stage()).toBe('lead');
});

/** Two hundred names that are likely to cause trouble. */
function hostileNames(): string[] {
  const named = [
    ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'then'],
    ...['hs_object_id', 'hs_lead', 'HS_UPPER', 'createdate', 'lastmodifieddate', 'id', 'properties', 'associations'],
    ...[
      '',
      ' ',
      '\t',
      '\n',
      '\r\n',
      '\u0000',
      '\u0007bell',
      'a\u0000b',
      '\u007f',
      '\u0085',
      '\u2028',
      '\ufeff',
      '\u200b',
    ],
    ...[
      '../../../crm/v3/owners',
      '..',
      '.',
      './',
      '/',
      '//',
      '\\',
      'a/b',
      'a%2Fb',
      '%2e%2e%2f',
      'a?b=c',
      'a#b',
      'a&b=c',
    ],
    ...['😀', '👩‍👩‍👧', '🏳️‍🌈', '👑 VIP', '1️⃣', '∑∆', '½', '☃'],
    ...[
      'مرحبا',
      'שלום',
      '\u202eevil\u202c',
      '\u2066iso\u2069',
      'العميل status',
      'पता',
      'ที่อยู่',
      'გამარჯობა',
      '地址',
      '고객',
    ],
    ...['\ud800', '\udfff', 'half \ud83d', 'e\u0301', 'é', 'ﬁ', 'İ', 'ı', 'ß', 'K'],
    ...['1', '123', '2nd', '0x1f', '-1', '1e9', 'NaN', 'null', 'undefined', 'true', 'Infinity', '[object Object]'],
    ...[
      "'; DROP TABLE contacts; --",
      '<script>alert(1)</script>',
      '{{7*7}}',
      '$' + '{jndi:ldap://x}',
      '=1+1',
      '@x',
      '"',
      "'",
    ],
    ...['a'.repeat(100), 'a'.repeat(101), 'a'.repeat(150), 'b '.repeat(5_000), 'ü'.repeat(10_240), '😀'.repeat(2_560)],
    ...['email ', ' email', 'EMAIL', 'E-Mail', 'first name', 'FirstName', 'crm id', 'external_id'],
  ];
  const rest = Array.from({ length: 200 - named.length }, (_unused, index) =>
    String.fromCodePoint(0x21 + index * 7, 0x100 + index * 131, 0x2f).repeat(1 + (index % 40)),
  );
  return [...named, ...rest];
}

test.each(['PUT', 'POST'] as const)(
  'two hundred hostile names in a %s: each is stored or rejected with a reason, never with a 500 or a wrong path',
  async (method) => {
    const crm = await startCrm();
    const [crmId] = seedContacts(crm, 1);
    const bridge = await startBridgeOn(crm);
    const names = hostileNames();
    expect(new Set(names).size).toBe(200);
    // Written by hand: an object literal would take __proto__ for its prototype.
    const bodyOf = (own: readonly string[], custom: readonly string[]) => {
      const members = (fields: readonly string[]) =>
        fields.map((field) => `${JSON.stringify(field)}:${JSON.stringify(`value of ${names.indexOf(field)}`)}`);
      const who = method === 'PUT' ? `"crmId":"${crmId}"` : '"externalId":"lead","email":"new@example.com"';
      return `{"contacts":[{${[who, ...members(own)].join()},"customFields":{${members(custom).join()}}}]}`;
    };

    const answer = await bridge.send(method, '/contacts', bodyOf(names.slice(0, 100), names.slice(100)));

    expect(answer.status).toBe(method === 'PUT' ? 200 : 201);
    expect(answer.body.errors).toBeUndefined();
    const [result] = answer.body.results;
    const id = result.crmId;
    const stored = crm.records('contacts').find((record) => record.id === id)?.properties ?? {};
    const values = new Set(Object.values(stored));
    const storedCount = names.filter((_name, index) => values.has(`value of ${index}`)).length;
    expect(storedCount).toBe(100); // as many as the mapping allows
    expect(result.warnings).toHaveLength(21);
    expect(result.warnings.at(-1)).toBe('80 more fields were skipped');
    for (const warning of result.warnings.slice(0, 20)) expect(warning).toMatch(/^.+ was skipped: .+/su);
    for (const { path } of crm.log)
      expect(path).toMatch(
        /^\/crm\/(?:v3\/(?:objects|properties)|(?:objects|properties)\/20\d\d-\d\d)\/(contacts|companies)(\/(groups|batch\/(create|read|update)))?(\?archived=(true|false))?$/,
      );
    for (const name of await createdIn(crm)) expect(name).toMatch(/^(?!hs_)[a-z][a-z0-9_]{0,99}$/);
    expect(bridge.log.entries.filter(({ level }) => level === 'error')).toEqual([]);
  },
);

test('a number with more digits than JavaScript keeps is stored as it was sent', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const numbers =
    '"memberId":12345678901234567890,"phone":346001112223334445,"balance":-1e999,"ratio":0.30000000000000004,"size":1e3';
  const contact = `{"externalId":"a","email":"ada@example.com",${numbers},"customFields":{"ids":[9007199254740993]}}`;

  const { status, body } = await send('POST', '/contacts', `{"contacts":[${contact}]}`);
  const unknownId = await send('PUT', '/contacts', '{"contacts":[{"crmId":99900000000000000001,"title":"CEO"}]}');

  expect([status, body.results]).toMatchObject([201, [{ externalId: 'a' }]]);
  expect(crm.records('contacts')[0]?.properties).toMatchObject({
    member_id: '12345678901234567890',
    phone: '346001112223334445',
    balance: '-1e999',
    ratio: '0.30000000000000004',
    size: '1000',
    ids: '9007199254740993',
  });
  expect(unknownId.body.results).toMatchObject([{ crmId: '99900000000000000001', success: false }]);
});
