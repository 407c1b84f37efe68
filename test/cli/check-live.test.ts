import { expect, test } from 'vitest';
import { mappingFolder, shippedFolder } from '../support/mapping-folder.ts';
import { startCrm } from '../support/start-bridge.ts';
import { findingsIn } from './read-scenario.ts';
import { runCommand } from './run-command.ts';
import { refusingUrl } from '../support/refusing-url.ts';

const contacts = `version: 1
target: hubspot/contacts
match: { rules: [{ enginy: email, crm: email, transform: [email] }] }
write:
  fields:
    - { enginy: title, crm: jobtitle }
    - { enginy: my_score, crm: fit_score, transform: [number] }
`;

type Crm = Awaited<ReturnType<typeof startCrm>>;

function environmentFor(crm: Pick<Crm, 'url' | 'token'>) {
  return { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url };
}

async function makeNumber(crm: Crm, name: string): Promise<void> {
  const body = { name, label: 'Score', type: 'number', fieldType: 'number', groupName: 'contactinformation' };
  await call(crm, 'POST', '/crm/v3/properties/contacts', body);
}

async function call(crm: Crm, method: string, path: string, body?: unknown): Promise<void> {
  const headers = { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${crm.url}${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  expect(answer.ok).toBe(true);
}

test('finds nothing until a property is renamed in the CRM, and then exactly the line that names it', async () => {
  const crm = await startCrm();
  await makeNumber(crm, 'fit_score');
  const dir = mappingFolder({ 'contacts.yaml': contacts });
  const checkIt = () => runCommand(['check', '--live', dir], { environment: environmentFor(crm) });

  const before = await checkIt();
  await call(crm, 'DELETE', '/crm/v3/properties/contacts/fit_score');
  await makeNumber(crm, 'fit_score_2');
  const after = await checkIt();

  expect([before.status, findingsIn(before.out)]).toEqual([0, []]);
  expect(after.status).toBe(1);
  expect(findingsIn(after.out)).toEqual([
    expect.stringContaining(`${dir}/contacts.yaml:7:32  error  archived-property`),
  ]);
  expect(after.out).toMatch(/✕ write +my_score +→ fit_score +archived-property/);
});

test('reports a property that was deleted, and suggests the new one', async () => {
  const crm = await startCrm();
  await makeNumber(crm, 'fit_scores');
  const dir = mappingFolder({ 'contacts.yaml': contacts });

  const { status, out } = await runCommand(['check', '--live', '--json', dir], { environment: environmentFor(crm) });

  expect(status).toBe(1);
  expect(JSON.parse(out).folders[0]).toMatchObject({
    errors: 1,
    findings: [{ line: 7, kind: 'unknown-property', suggestion: 'fit_scores' }],
    account: '8675309',
    files: [{ objectType: 'contacts', rows: expect.arrayContaining([expect.objectContaining({ mark: '✕' })]) }],
  });
});

test('the shipped files fit a new HubSpot account, and the check changes nothing there', async () => {
  const crm = await startCrm();

  const { status, out } = await runCommand(['check', '--live', 'mappings/hubspot'], {
    environment: environmentFor(crm),
  });

  expect(findingsIn(out)).toEqual([]);
  expect(status).toBe(0);
  const calls = crm.log.map(({ method, path }) => `${method} ${path}`);
  expect(calls.length).toBeGreaterThan(3);
  expect(calls.filter((line) => !/^GET |^POST .*\/(batch\/read|search)$/.test(line))).toEqual([]);
});

test('the optional rows of the shipped files fit a new HubSpot account', async () => {
  const crm = await startCrm();
  const switchOn = (text: string) =>
    text.replaceAll(/^( +)# (- \{ crm: hs_\w+, .*type.*|- \{ crm: hs_lead_status, +enginy.*)$/gm, '$1$2');
  const dir = shippedFolder({ 'contacts.yaml': switchOn, 'companies.yaml': switchOn });

  const { status, out } = await runCommand(['check', '--live', dir], { environment: environmentFor(crm) });

  expect([status, findingsIn(out)]).toEqual([0, []]);
  for (const name of ['doNotContact', 'leadStatus', 'lastReplyDate', 'openDeals']) {
    expect(out).toMatch(new RegExp(`✓ return +${name} `));
  }
});

test('--live needs an account', async () => {
  const { status, err } = await runCommand(['check', 'mappings/hubspot', '--live']);

  expect(status).toBe(2);
  expect(err).toContain('HUBSPOT_ACCESS_TOKEN is not set');
});

test('--live --sandbox needs no account', async () => {
  const { status, out } = await runCommand(['check', 'mappings/hubspot', '--live', '--sandbox']);

  expect(status).toBe(0);
  expect(out).toContain('contacts of the embedded CRM');
});

test('exits with 2 for a refused token, without printing it, and still reports the findings in the files', async () => {
  const crm = await startCrm();
  const dir = mappingFolder({ 'contacts.yaml': `${contacts}    - { enginy: nickname, crm: nick_name }\n` });
  const environment = environmentFor({ url: crm.url, token: 'pat-na1-revoked' });

  const { status, out, err } = await runCommand(['check', '--live', dir], { environment });

  expect(status).toBe(2);
  expect(err).toBe('error: the files could not be compared with HubSpot: HubSpot rejected the access token\n');
  expect(findingsIn(out)).toEqual([expect.stringContaining('not-an-enginy-field')]);
});

test('an account that cannot be reached ends with 2', async () => {
  const environment = environmentFor({ url: refusingUrl, token: 'any' });

  const { status, err } = await runCommand(['check', '--live', 'mappings/hubspot'], { environment });

  expect(status).toBe(2);
  expect(err).toContain('could not be compared with HubSpot: HubSpot could not be reached');
});

test('reports how many records each match rule can identify, and which LinkedIn properties no rule reads', async () => {
  const crm = await startCrm();
  const profile = {
    name: 'profile_link',
    label: 'Profile',
    type: 'string',
    fieldType: 'text',
    groupName: 'contactinformation',
  };
  const people = Array.from({ length: 130 }, (_, index) => ({
    createdAt: '2024-01-01T00:00:00Z',
    properties: {
      email: `p${index}@example.com`,
      ...(index % 2 === 0 && { phone: '+34600111222', hs_linkedin_url: `https://linkedin.com/in/p${index}` }),
      ...(index > 100 && { profile_link: `http://www.linkedin.com/in/q${index}/` }),
      website: 'https://www.linkedin.com/company/acme',
    },
  }));
  crm.seed({
    properties: { contacts: [profile] },
    contacts: [...people, { properties: { firstname: 'New', profile_link: 'linkedin.com/in/new' } }],
    companies: [{ properties: { name: 'Acme', website: 'https://www.linkedin.com/company/acme' } }],
  });
  const args = ['check', '--live', 'mappings/hubspot'];

  const { status, out } = await runCommand(args, { environment: environmentFor(crm) });

  expect(status).toBe(0);
  expect(out).toContain('131 contacts in the account; those that a match rule can identify:');
  expect(out).toMatch(/^ {4}email {8}130 by email, 0 by hs_additional_emails$/m);
  expect(out).toMatch(/^ {4}identity {5}none: the account does not have its properties$/m);
  expect(out).toMatch(/^ {4}mobilePhone {2}0 by mobilephone, 65 by phone$/m);
  expect(out).toMatch(
    /! profile_link \(Profile\) holds LinkedIn URLs, in 1 of 101 records of a sample, and no match rule/,
  );
  expect(out).toMatch(/! website \(.*\) holds LinkedIn URLs, in 1 of 1 records/);
  expect(out.match(/holds LinkedIn URLs/g)).toHaveLength(2);
  expect(crm.log.filter(({ kind }) => kind === 'search').length).toBeLessThan(18);
});

test('still compares if the records cannot be counted', async () => {
  const crm = await startCrm();
  crm.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] });
  crm.faults.add({ match: { kind: 'search' }, action: { kind: 'status', status: 403 }, times: 0 });

  const { status, out } = await runCommand(['check', '--live', 'mappings/hubspot'], {
    environment: environmentFor(crm),
  });

  expect(status).toBe(0);
  expect(out).toMatch(/contacts could not be counted: /);
  expect(out).toContain('✓ mappings');
});

test('association labels that the account does not have are named, with the nearest one', async () => {
  const crm = await startCrm();
  await call(crm, 'POST', '/crm/v4/associations/contacts/companies/labels', {
    label: 'Decision maker',
    name: 'decider',
  });
  const labels = 'association: { labels: ["decision Maker", Decision makr] }\n';
  const dir = mappingFolder({ 'contacts.yaml': contacts.replace('target: hubspot/contacts\n', `$&${labels}`) });

  const { status, out } = await runCommand(['check', '--live', dir], { environment: environmentFor(crm) });

  expect(status).toBe(1);
  expect(findingsIn(out).filter((line) => line.includes('label'))).toEqual([
    `${dir}/contacts.yaml:3:43  error  unknown-label  the CRM has no association label "Decision makr" between contacts and companies; did you mean "Decision maker"?`,
  ]);
});
