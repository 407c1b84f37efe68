import { expect, test } from 'vitest';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { mappingFolder } from '../support/mapping-folder.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { type CommandSetting, runCommand } from './run-command.ts';

const lead = {
  externalId: 'lead-7',
  email: ' ADA@example.com ',
  fullName: 'Ada Lovelace',
  phone: '+34 600 111 222',
  title: 'Countess',
  campaignOpens: '5',
  customFields: { Größe: 'XL' },
};

function on(crm: { readonly url: string; readonly token: string }, input: unknown): CommandSetting {
  return {
    environment: { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url, MAPPINGS_DIR: 'mappings/hubspot' },
    input: JSON.stringify(input),
  };
}

interface Told {
  readonly create: { readonly values: readonly { readonly property: string; readonly value: string }[] };
  readonly update: Told['create'];
}

function toldBy(out: string): Told[] {
  return JSON.parse(out) as Told[]; // the command's own JSON
}

function propertiesOf({ values }: Told['create']): Record<string, string> {
  return Object.fromEntries(values.map(({ property, value }) => [property, value]));
}

test('writes nothing, whatever it explains', async () => {
  const crm = await startCrm();
  crm.seed({ contacts: [{ properties: { email: 'ada@example.com', firstname: 'Ada' } }] });

  const { status } = await runCommand(
    ['explain', 'contacts', '--live'],
    on(crm, { contacts: [lead, { email: 'x@example.com' }] }),
  );

  expect(status).toBe(0);
  const calls = crm.log.map(({ method, path }) => `${method} ${path}`);
  expect(calls.length).toBeGreaterThan(2);
  expect(calls.filter((line) => !/^GET |^POST .*\/(batch\/read|search)$/.test(line))).toEqual([]);
  expect(crm.records('contacts').map(({ properties }) => properties.jobtitle)).toEqual([undefined]);
});

test('tells exactly what the bridge then sends', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  const explained = await runCommand(['explain', 'contacts', '--live', '--json'], on(crm, [lead]));
  const [told] = toldBy(explained.out);

  const created = await bridge.send('POST', '/contacts', { contacts: [lead] });
  const crmId = created.body.results[0].crmId;
  await bridge.send('PUT', '/contacts', { contacts: [{ ...lead, externalId: undefined, crmId, phone: undefined }] });

  const sent = (path: string) => {
    // The bridge's own bodies, as the embedded CRM has logged them.
    const body = crm.log.find((entry) => entry.path.endsWith(path))?.body as {
      inputs: { properties: Record<string, string> }[];
    };
    return body.inputs[0]?.properties;
  };
  expect(propertiesOf(told?.create ?? { values: [] })).toEqual(sent('/objects/contacts/batch/create'));
  // The record that was just created holds Enginy's id.
  const { phone: _, enginy_external_id: _held, ...update } = propertiesOf(told?.update ?? { values: [] });
  expect(update).toEqual(sent('/objects/contacts/batch/update'));
});

test('names the candidates where several records match', async () => {
  const crm = await startCrm();
  const twin = { properties: { hs_linkedin_url: 'https://www.linkedin.com/in/ada' } };
  crm.seed({ contacts: [twin, twin] });

  const { out } = await runCommand(['explain', 'contacts', '--live'], on(crm, { linkedinUrl: 'linkedin.com/in/ada/' }));

  const ids = crm.records('contacts').map(({ id }) => id);
  expect(out).toContain(`2 records by linkedinUrl, so that it goes into errors: ${ids.join(', ')}`);
});

test('takes a captured request as well', async () => {
  const captured = { request: { method: 'POST', path: '/contacts/sync', body: { contacts: [lead] } }, answer: {} };

  const { status, out } = await runCommand(['explain', 'contacts', '-'], { input: JSON.stringify(captured) });

  expect(status).toBe(0);
  expect(out).toContain('contacts, record 1 of 1, lead-7');
});

test.each([
  [['explain', 'contact'], '{}', 'Allowed choices are contacts, companies'],
  [['explain', 'contacts'], '{"contacts": [', 'standard input is not JSON'],
  [['explain', 'contacts'], '{"companies": [{"name": "Acme"}]}', 'standard input holds no contacts'],
  [['explain', 'contacts'], '[1]', 'standard input holds no contacts'],
  [['explain', 'contacts', 'no-such.json'], '', 'no-such.json cannot be read (ENOENT)'],
  [['explain', 'contacts', '--sandbox'], '{}', '--sandbox belongs to --live'],
  [['explain', 'contacts', '--live'], '{}', 'HUBSPOT_ACCESS_TOKEN is not set'],
])('refuses %j of %j in one line', async (args, input, message) => {
  const { status, out, err } = await runCommand(args, { input });

  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toContain(message);
});

test('shows the findings of files that cannot be used', async () => {
  const dir = mappingFolder({ 'contacts.yaml': 'version: 1\ntarget: hubspot/contacts\nmatch: { rules: [] }\n' });

  const { status, err } = await runCommand(['explain', 'contacts', '--mappings', dir], { input: '{}' });

  expect(status).toBe(2);
  expect(err).toContain(`${dir}/contacts.yaml:3:17  error  bad-option`);
});

test('says when the account cannot be asked', async () => {
  const crm = await startSandbox();
  await crm.close();
  const { environment, input = '' } = on(crm, lead);

  const { status, out, err } = await runCommand(['explain', 'contacts', '--live'], {
    input,
    environment: { ...environment, HUBSPOT_TIMEOUT_MS: '200' },
  });

  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toContain('HubSpot could not be asked: HubSpot could not be reached');
});
