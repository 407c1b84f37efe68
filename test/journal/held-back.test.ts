import { expect, test } from 'vitest';
import { runCommand } from '../cli/run-command.ts';
import { shippedFolder } from '../support/mapping-folder.ts';
import { startJournaling } from './journaling.ts';

type Fields = Readonly<Record<string, unknown>>;
/** What one request sent, the properties that its entry says were written, and `field: reason` of those held back. */
type Half = readonly [sent: Fields, written: readonly string[], heldBack?: readonly string[]];

/** Where only the request that arrives first is written, the third element is what the two say if the second one does. */
type Pair = readonly [Half, Half, swapped?: readonly [Half, Half]];

const pairs: readonly Pair[] = [
  [
    [{ title: 'CTO' }, ['jobtitle']],
    [{ phone: '+14155550142' }, [], ['phone: if-empty']],
  ],
  [
    [{ title: 'CTO', city: 'Paris' }, ['jobtitle', 'city']],
    [{ title: '' }, [], ['title: empty']],
  ],
  [
    [{ segment: 'A' }, ['segment']],
    [{ title: 'CEO' }, ['jobtitle']],
  ],
  [
    [{ email: 'ada at example' }, ['enginy_email'], ['email: unreadable']],
    [{ city: 'Rome' }, ['city']],
  ],
  [
    [{ customFields: { hs_lead_status: 'Not a status' } }, [], ['hs_lead_status: no-option']],
    [{ state: 'Utah' }, ['state']],
  ],
  [
    [{ ownerId: '71001' }, [], ['ownerId: never']],
    [{ city: 'Oslo' }, ['city']],
  ],
  [
    [{ title: 'first' }, ['jobtitle']],
    [{ title: 'second' }, ['jobtitle']],
  ],
  [
    [{ phone: '+14155550143' }, [], ['phone: if-empty']],
    [{ phone: '+14155550144', title: 'CFO' }, ['jobtitle'], ['phone: if-empty']],
  ],
  [
    [{ customFields: { 'Lead score': 5 } }, ['lead_score']],
    [{ segment: 'N/A', city: 'Bern' }, ['city'], ['segment: empty']],
  ],
  [
    [{ customFields: { createdate: '2026-01-01' } }, [], ['createdate: read-only']],
    [{ title: 'N/A', state: 'Ohio' }, ['state'], ['title: empty']],
  ],
  [
    [{ customFields: { segment: '' } }, [], ['segment: empty']],
    [{ customFields: { segment: 'B' } }, ['segment']],
  ],
  [
    [{ mobilePhone: '+14155550143' }, ['mobilephone']],
    [{ mobilePhone: '+14155550144', title: 'CFO' }, ['jobtitle'], ['mobilePhone: if-empty']],
    [
      [{ mobilePhone: '+14155550143' }, [], ['mobilePhone: if-empty']],
      [{ mobilePhone: '+14155550144', title: 'CFO' }, ['jobtitle', 'mobilephone']],
    ],
  ],
  [
    [{ mobilePhone: '+14155550143' }, ['mobilephone']],
    [{ mobilePhone: 'ask Ada' }, ['enginy_mobile_phone'], ['mobilePhone: unreadable']],
  ],
  [
    [{ mobilePhone: 'ask Ada' }, ['enginy_mobile_phone'], ['mobilePhone: unreadable']],
    [{ mobilePhone: '+14155550144' }, ['mobilephone']],
  ],
  [
    [{ externalId: 'lead-first' }, ['enginy_external_id']],
    [{ externalId: 'lead-second', city: 'Lima' }, ['city'], ['externalId: if-empty']],
    [
      [{ externalId: 'lead-first' }, [], ['externalId: if-empty']],
      [{ externalId: 'lead-second', city: 'Lima' }, ['city', 'enginy_external_id']],
    ],
  ],
  [
    // The value that the record has: nothing is lost.
    [{ phone: '+14155550100', title: 'CIO' }, ['jobtitle']],
    [{ city: 'Bonn' }, ['city']],
  ],
];

/** What the journal says of two requests. */
function entriesOf(halves: readonly Half[]) {
  return halves.map(([, written, held = []]) => ({
    written: written.toSorted(),
    held,
    outcome: written.length === 0 ? 'unchanged' : 'updated',
  }));
}

test('two updates of one record that share a batch have entries of their own', async () => {
  const { crm, send, stopAndRead } = await startJournaling();
  const seeded = pairs.map((_pair, n) => ({ properties: { email: `p${n}@example.com`, phone: '+14155550100' } }));
  const ids = crm.seed({ contacts: seeded }).contacts;
  // The first request creates what the others need.
  await send('PUT', '/contacts', { contacts: [{ crmId: ids[0], segment: 'x' }] });
  const answers: { readonly body: { results: { warnings?: string[] }[] } }[] = [];
  const before = crm.counters.byKind['batch-update'] ?? 0;
  for (const [n, [one, other]] of pairs.entries()) {
    const put = ([sent]: Half, side: number) =>
      send('PUT', '/contacts', { contacts: [{ crmId: ids[n], ...sent }] }, { 'x-request-id': `${n}-${side}` });
    answers.push(...(await Promise.all([one, other].map(put))));
  }
  const calls = (crm.counters.byKind['batch-update'] ?? 0) - before;

  const journal = await stopAndRead();

  // Each pair was one batch; one of them was sent again without what HubSpot refused.
  expect(calls).toBeLessThan(2 * pairs.length);
  for (const [n, [one, other, swapped = [one, other]]] of pairs.entries()) {
    const entries = await journal.lifeOf(ids[n] ?? '', 10);
    const written = [0, 1].map((side) => entries.find(({ request }) => request.requestId === `${n}-${side}`));
    const found = written.map((entry) => ({
      written: entry?.written.toSorted(),
      held: entry?.heldBack.map(({ field, reason }) => `${field}: ${reason}`),
      outcome: entry?.outcome,
    }));
    expect([entriesOf([one, other]), entriesOf(swapped)]).toContainEqual(found);
    for (const [side, [sent]] of [one, other].entries()) {
      // The answer names no field of the other request either.
      const fields = [...Object.keys(sent), ...Object.keys((sent.customFields as object | undefined) ?? {})];
      for (const warning of answers[2 * n + side]?.body.results[0]?.warnings ?? []) {
        expect(
          fields.some((field) => warning.startsWith(`${field} `)),
          warning,
        ).toBe(true);
      }
    }
  }
});

test('lead gives advice only where it can be followed, and says that a text was kept only where it was', async () => {
  const mappings = shippedFolder({
    'contacts.yaml': (text) =>
      text
        .replace(/\{ enginy: title, .*\}/, '{ enginy: title, crm: jobtitle, transform: [{ truncate: 20 }] }')
        .replace(
          /^ {2}fields:\n/m,
          [
            '  fields:',
            '    - { enginy: score, crm: hs_analytics_num_visits, transform: [integer], keep_raw_in: raw_score }',
            '    - { enginy: stage, crm: hs_lead_status, match_option: true, keep_raw_in: raw_stage, overwrite: if_empty }\n',
          ].join('\n'),
        ),
  });
  const { crm, send, bridge, folder } = await startJournaling({ MAPPINGS_DIR: mappings });
  const [id = ''] = crm.seed({
    contacts: [{ properties: { email: 'ada@example.com', phone: '+14155550100' } }],
  }).contacts;
  const put = async (fields: Fields) => {
    const { body } = await send('PUT', '/contacts', { contacts: [{ crmId: id, ...fields }] });
    return body.results[0];
  };
  await put({ externalId: 'lead-1', stage: 'Not a stage' });
  const again = await put({ stage: 'Another stage' });
  await put({ externalId: 'lead-2', city: 'Rome' });
  await put({ email: 'ada at example' });
  await put({ customFields: { createdate: '2026-01-01', segment: '' } });
  await put({ title: 'N/A' });
  await bridge.close(30_000);

  const { out } = await runCommand(['lead', id], { environment: { DATA_DIR: folder, MAPPINGS_DIR: mappings } });
  const lines = out.split('\n').map((line) => line.replace(/^ {2}held back /, '').trim());
  const said = (start: string) => lines.flatMap((line, at) => (line.startsWith(start) ? [[line, lines[at + 1]]] : []));

  expect(said('stage → hs_lead_status')).toEqual([
    [expect.stringContaining('; the text was kept in raw_stage'), expect.stringContaining('add the option')],
    [expect.not.stringContaining('kept in'), expect.stringContaining('add the option')],
  ]);
  expect(JSON.stringify(again)).not.toContain('kept in');
  expect(said('stage → raw_stage')[0]?.join()).toContain('raw_stage already keeps a text');
  expect(said('externalId')[0]).toEqual([
    expect.stringContaining('already has another Enginy id, which is never replaced'),
    expect.not.stringContaining('overwrite'),
  ]);
  expect(said('email: its value is not an email address')).toHaveLength(1);
  expect(said('createdate')[0]).toEqual([
    expect.stringMatching(/^createdate: .+ is read-only in HubSpot$/),
    expect.stringContaining('give the field a row that writes another property in'),
  ]);
  expect(said('segment')[0]?.join()).toMatch(/set on_empty: clear in .+\.yaml:\d+/);
  expect(said('title → jobtitle')[0]?.join()).toMatch(/no value \(empty_words\).+remove it from empty_words in/);
});

test('lead names a step back that HubSpot ignored, and the record into which another one was merged', async () => {
  const { crm, send, bridge, folder } = await startJournaling();
  const [id = '', primary = '', merged = ''] = crm.seed({
    contacts: [
      { properties: { email: 'ada@example.com', lifecyclestage: 'customer' } },
      { properties: { email: 'kept@example.com' } },
      { properties: { email: 'gone@example.com' } },
    ],
  }).contacts;
  const survivor = crm.merge('contacts', primary, merged);
  const put = async (crmId: string, fields: Fields) =>
    (await send('PUT', '/contacts', { contacts: [{ crmId, ...fields }] })).body.results[0];
  const back = await put(id, { title: 'CTO', customFields: { lifecyclestage: 'lead' } });
  const forward = await put(id, { customFields: { lifecyclestage: 'evangelist' } });
  await put(merged, { email: 'new@example.com' });
  await bridge.close(30_000);
  const lead = async (name: string) =>
    (await runCommand(['lead', name], { environment: { DATA_DIR: folder } })).out.replaceAll(/\s+/g, ' ');

  const moved = await lead(id);
  expect(back.warnings).toEqual([
    expect.stringContaining('lifecyclestage was skipped: the CRM does not let it move back'),
  ]);
  expect(back.properties.lifecycleStage).toBe('Customer');
  expect(forward).not.toHaveProperty('warnings');
  expect(moved).toMatch(
    /wrote jobtitle held back lifecyclestage: HubSpot did not let the value move back.+backward: force/,
  );
  expect(moved).toContain('wrote lifecyclestage request');
  const kept = await lead(merged);
  expect(kept).toContain(`(record ${merged}, which HubSpot has merged into ${survivor})`);
  expect(kept).toContain('email: HubSpot has merged the record into another one, whose email is kept');
  expect(kept).not.toContain('already has this value');
});
