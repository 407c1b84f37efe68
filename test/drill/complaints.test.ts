import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts';
import { runCommand } from '../cli/run-command.ts';
import { fastClock } from '../support/fast-clock.ts';
import type { Answer } from '../support/start-app.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Complaint {
  /** What the customer says. */
  readonly complaint: string;
  readonly crm?: SandboxOptions;
  readonly environment?: Readonly<Record<string, string>>;
  /** True where the bridge waits and tries again: time passes faster. */
  readonly isSlow?: true;
  /** Enginy's requests. */
  play(send: (method: string, path: string, body: unknown) => Promise<Answer>, crm: Sandbox): Promise<void>;
  /** What the administrator enters; `lead-7` unless given. */
  readonly lead?: string;
}

const contact = (fields: object) => ({ contacts: [{ externalId: 'lead-7', ...fields }] });
const email = 'ada@example.com';
const always = 0;
/** The embedded CRM's first contact. */
const firstId = '734931000001';

function seedAda(crm: Sandbox, properties: Record<string, string> = {}): string {
  return crm.seed({ contacts: [{ properties: { email, ...properties } }] }).contacts[0] ?? '';
}

const complaints: readonly Complaint[] = [
  {
    complaint: 'conflict: the lead overwrote a contact that we already had',
    play: async (send, crm) => {
      seedAda(crm, { jobtitle: 'CEO' });
      await send('POST', '/contacts', contact({ email, title: 'CTO' }));
    },
  },
  {
    complaint: 'several: the lead is never found',
    play: async (send, crm) => {
      for (const name of ['a', 'b']) {
        crm.seed({ contacts: [{ properties: { email: `${name}@example.com`, phone: '+14155550142' } }] });
      }
      await send('POST', '/contacts/sync', contact({ phone: '+14155550142' }));
    },
  },
  {
    complaint: 'unknown owner: the lead has no owner',
    play: async (send) => {
      await send('POST', '/contacts', contact({ email, ownerId: '987654' }));
    },
  },
  {
    complaint: 'invalid option: the stage is not set',
    play: async (send) => {
      await send('POST', '/contacts', contact({ email, customFields: { hs_lead_status: 'Not a status' } }));
    },
  },
  {
    complaint: 'bad email: the email is missing',
    play: async (send) => {
      await send('POST', '/contacts', contact({ email: 'ada at example', firstName: 'Ada' }));
    },
  },
  {
    complaint: 'unknown id: the update does not arrive',
    play: async (send) => {
      await send('PUT', '/contacts', { contacts: [{ crmId: '424242', title: 'CTO' }] });
    },
    lead: '424242',
  },
  {
    complaint: 'scope: nothing arrives since the app was changed',
    crm: { scopes: { without: ['crm.objects.contacts.write'] } },
    play: async (send) => {
      await send('POST', '/contacts', contact({ email }));
    },
  },
  {
    complaint: 'token: nothing arrives at all',
    environment: { HUBSPOT_ACCESS_TOKEN: 'pat-revoked' },
    play: async (send) => {
      await send('POST', '/contacts/sync', contact({ email }));
    },
  },
  {
    complaint: 'outage: the lead is missing since this morning',
    isSlow: true,
    play: async (send, crm) => {
      crm.faults.add({ action: { kind: 'status', status: 503 }, times: always });
      await send('POST', '/contacts/sync', contact({ email }));
    },
  },
  {
    complaint: 'silence: the sync hangs',
    isSlow: true,
    environment: { HUBSPOT_TIMEOUT_MS: '100' },
    play: async (send, crm) => {
      crm.faults.add({ action: { kind: 'hang' }, times: always });
      await send('POST', '/contacts/sync', contact({ email }));
    },
  },
  {
    complaint: 'deadline: part of the export is missing',
    crm: { latency: 400 },
    environment: { REQUEST_TIMEOUT_MS: '150' },
    play: async (send) => {
      await send('POST', '/contacts/sync', contact({ email }));
    },
  },
  {
    complaint: 'unclear create: Enginy says it failed, HubSpot has it',
    isSlow: true,
    environment: { HUBSPOT_TIMEOUT_MS: '100' },
    play: async (send, crm) => {
      crm.faults.add({ match: { kind: 'batch-create' }, action: { kind: 'done-then-hang' } });
      crm.faults.add({
        match: { kind: 'batch-read' },
        action: { kind: 'status', status: 503 },
        skip: 1,
        times: always,
      });
      await send('POST', '/contacts', contact({ email }));
    },
  },
  {
    complaint: 'if_empty: the phone number was not updated',
    play: async (send, crm) => {
      const crmId = seedAda(crm, { phone: '+14155550100' });
      await send('PUT', '/contacts', { contacts: [{ crmId, phone: '+14155550142', title: 'CTO' }] });
    },
    lead: firstId,
  },
  {
    complaint: 'never: the owner is wrong',
    play: async (send, crm) => {
      const crmId = seedAda(crm);
      await send('PUT', '/contacts', { contacts: [{ crmId, email, ownerId: '71001' }] });
    },
    lead: email,
  },
  {
    complaint: 'empty not cleared: the old title is still there',
    play: async (send, crm) => {
      const crmId = seedAda(crm, { jobtitle: 'CEO' });
      await send('PUT', '/contacts', { contacts: [{ crmId, title: '' }] });
    },
    lead: firstId,
  },
  {
    complaint: 'created twice: the lead is in HubSpot two times',
    play: async (send) => {
      await send('POST', '/contacts', contact({ firstName: 'Ada', linkedinUrl: 'https://www.linkedin.com/in/ada' }));
      await send('POST', '/contacts', { contacts: [{ externalId: 'lead-8', email, firstName: 'Ada' }] });
      await send('POST', '/contacts', {
        contacts: [{ externalId: 'lead-9', email: 'ada@other.example.com', firstName: 'Ada' }],
      });
      await send('POST', '/contacts', contact({ email }));
    },
  },
];

/** The life of the lead, without what differs from run to run. */
async function lifeAfter({
  crm: options,
  environment = {},
  isSlow,
  play,
  lead = 'lead-7',
}: Complaint): Promise<string> {
  const folder = temporaryFolder();
  const crm = await startCrm(options);
  const settings = { JOURNAL: 'on', CAPTURE: 'errors', DATA_DIR: folder, CAPTURE_DIR: folder, ...environment };
  const bridge = await startBridgeOn(crm, settings, isSlow ? { clock: fastClock(20) } : {});
  await play(bridge.send, crm);
  await bridge.close(30_000);
  const { status, out, err } = await runCommand(['lead', lead], { environment: settings });
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return out
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
    .replace(/\b[0-9a-f]{8}, status/g, 'ID, status')
    .replace(/within \d+ ms/g, 'within MS')
    .replace(/mapping [0-9a-f]+/g, 'mapping HASH')
    .replace(/no capture|details: captures show [0-9a-f]+/g, 'CAPTURE')
    .replace(/\.yaml:\d+/g, '.yaml:LINE');
}

const expected = readFileSync(new URL('./complaints.txt', import.meta.url), 'utf8');

test.each(complaints)('lead alone explains $complaint', async (complaint) => {
  const life = await lifeAfter(complaint);

  const [, story = ''] = expected.split(`# ${complaint.complaint}\n\n`);
  expect(life.trimEnd()).toBe(story.split('\n# ')[0]?.trimEnd());
});

test('there are sixteen complaints', () => {
  expect(complaints).toHaveLength(16);
  expect(expected.match(/^# /gm)).toHaveLength(16);
});
