import { expect, test } from 'vitest';
import { runCommand } from '../cli/run-command.ts';
import { shippedFolder } from '../support/mapping-folder.ts';
import { startJournaling } from './journaling.ts';

const page = (name: string) => `https://www.linkedin.com/in/${name}`;

test('creates, tasks and activities note what they looked for, what they set aside and what they found', async () => {
  const mappings = shippedFolder({
    'contacts.yaml': (text) =>
      text.replace(
        /^( +)- \{ enginy: linkedinUrl, (.+)\}$/m,
        '$1- { enginy: linkedinUrl, unless_differs: [lastName], $2}',
      ),
  });
  const { crm, send, bridge, stopAndRead, folder } = await startJournaling({ MAPPINGS_DIR: mappings });
  const seed = (name: string, lastname = '') => ({ properties: { hs_linkedin_url: page(name), lastname } });
  const [known = '', other = '', twin1 = '', twin2 = '', merged = '', primary = ''] = crm.seed({
    contacts: [seed('known'), seed('other', 'Hopper'), seed('twin'), seed('twin'), seed('m1'), seed('m2')],
  }).contacts;
  const [acme1 = '', acme2 = ''] = crm.seed({
    companies: ['a', 'b'].map(() => ({ properties: { domain: 'acme.com' } })),
  }).companies;
  const survivor = crm.merge('contacts', primary, merged);
  const create = async (kind: 'contacts' | 'companies', ...records: object[]) => {
    const answer = await send('POST', `/${kind}`, { [kind]: records });
    return answer.body.results[0]?.crmId;
  };
  await create('contacts', { externalId: 'first', email: 'first@example.com' });
  await create('contacts', { externalId: 'new', linkedinUrl: page('new'), firstName: 'Ada' });
  const apart = await create('contacts', { externalId: 'apart', linkedinUrl: page('other'), lastName: 'Lovelace' });
  await create('contacts', { externalId: 'found', linkedinUrl: page('known') });
  await create('contacts', { externalId: 'twin', linkedinUrl: page('twin') });
  await create('contacts', { externalId: 'new', linkedinUrl: page('new'), firstName: 'Ada' });
  await create('contacts', { externalId: 'x1', email: 'x@example.com' }, { externalId: 'x2', email: 'x@example.com' });
  await create('companies', { externalId: 'acme', domain: 'acme.com' });
  await create('companies', { externalId: 'globex', name: 'Globex' });
  const put = await send('PUT', '/contacts', { contacts: [{ crmId: merged, title: 'CTO' }] });
  const task = { subject: 'Call', contactId: known, dueDate: '2026-12-01' };
  const activity = { type: 'EMAIL', subject: 'Hi', contactId: known, metadata: { messageId: 'm-1' } };
  for (const _time of [1, 2]) {
    await send('POST', '/tasks', task);
    await send('POST', '/activities', activity);
  }
  await send('POST', '/activities', { ...activity, subject: 'Hello' });
  const journal = await stopAndRead();
  const last = async (name: string) =>
    (await journal.lifeOf(name, 20)).findLast(({ externalId }) => externalId === name);

  expect(await last('first')).not.toHaveProperty('tried', expect.arrayContaining(['linkedinUrl']));
  expect((await journal.lifeOf('new', 20))[0]?.tried).toEqual(['identity', 'linkedinUrl']);
  expect(await last('apart')).toMatchObject({
    outcome: 'created',
    tried: ['identity', 'linkedinUrl'],
    setAside: [{ id: other, rule: 'linkedinUrl', differs: 'lastName' }],
  });
  expect(await last('found')).toMatchObject({ outcome: 'linked', linkedBy: 'linkedinUrl', crmId: known });
  expect(await last('twin')).toMatchObject({ outcome: 'several', rule: 'linkedinUrl', matchingIds: [twin1, twin2] });
  expect(await last('new')).toMatchObject({ outcome: 'linked', linkedBy: 'externalId' });
  expect(await last('new')).not.toHaveProperty('tried');
  expect(await last('x2')).toMatchObject({ outcome: 'linked', linkedBy: 'this request' });
  expect(await last('acme')).toMatchObject({ outcome: 'several', rule: 'domain', matchingIds: [acme1, acme2] });
  expect((await last('globex'))?.outcome).toBe('created');
  expect(put.body.results[0].success).toBe(true);
  expect((await journal.lifeOf(survivor, 5)).at(-1)).toMatchObject({ crmId: merged, survivorId: survivor });
  const timeline = (await journal.lifeOf(known, 20)).filter(
    ({ object }) => object === 'tasks' || object === 'activities',
  );
  expect(timeline.map(({ object, outcome, linkedBy }) => [object, outcome, linkedBy])).toEqual([
    ['tasks', 'created', undefined],
    ['activities', 'created', undefined],
    ['tasks', 'linked', 'fingerprint'],
    ['activities', 'linked', 'fingerprint'],
    ['activities', 'linked', 'fingerprint'],
  ]);
  expect(timeline.map(({ heldBack }) => heldBack)).toEqual([
    ...[[], [], [], []],
    [{ field: 'subject', reason: 'another-value' }],
  ]);

  const lead = async (name: string) =>
    (await runCommand(['lead', name], { environment: { DATA_DIR: folder, MAPPINGS_DIR: mappings } })).out;
  const shown = await lead('apart');
  expect(shown).toContain(`created as record ${apart}`);
  expect(shown).toContain("looked for Enginy's id, linkedinUrl: no match");
  expect(shown).toContain(`record ${other}, found by linkedinUrl: its lastName differs`);
  expect(await lead('twin')).toMatch(/not written: 2 contacts match by linkedinUrl.+\n +why +merge the records/);
  expect(await lead(merged)).toContain(`which HubSpot has merged into ${survivor}`);
  const resent = await lead(known);
  expect(resent).toContain('an earlier request created it, and this one repeats that request');
  expect(resent).toContain('an earlier request logged this activity with another value, which was kept');
  await bridge.close(0);
});
