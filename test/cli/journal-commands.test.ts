import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { startJournaling } from '../journal/journaling.ts';
import { shippedFolder } from '../support/mapping-folder.ts';
import { runCommand } from './run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A journal with one create, one update that holds a field back, and one failure. */
async function playedJournal(environment: Record<string, string> = {}) {
  const journaling = await startJournaling(environment);
  const { send, bridge, folder } = journaling;
  const contact = { externalId: 'lead-7', email: 'ada@example.com', phone: '+14155550100' };
  const { body } = await send('POST', '/contacts', { contacts: [contact] }, { 'x-request-id': '3f2a91c0-create' });
  const { crmId } = body.results[0];
  await send('PUT', '/contacts', { contacts: [{ crmId, phone: '+14155550142' }] }, { 'x-request-id': '77aa-update' });
  await send('PUT', '/contacts', { contacts: [{ crmId: '424242', title: 'x' }] }, { 'x-request-id': '99bb-failure' });
  await bridge.close(30_000);
  return { folder, crmId, environment: { DATA_DIR: folder, CAPTURE_DIR: folder } };
}

test('lead names the row of the mapping file that held a field back', async () => {
  const { environment, crmId } = await playedJournal();

  const { out } = await runCommand(['lead', crmId], { environment });

  const [, file = '', line = ''] = /set overwrite: always in (\S+):(\d+)/.exec(out) ?? [];
  expect(readFileSync(file, 'utf8').split('\n')[Number(line) - 1]).toContain('crm: phone,');
});

test('lead says when the mapping files have changed since', async () => {
  const { environment } = await playedJournal();
  const changed = shippedFolder({ 'contacts.yaml': (text) => `# changed\n${text}` });

  const same = await runCommand(['lead', 'lead-7'], { environment });
  const other = await runCommand(['lead', 'lead-7', '--mappings', changed], { environment });
  const broken = shippedFolder({ 'contacts.yaml': (text) => text.replace('[e164]', '[e165]') });
  const wrong = await runCommand(['lead', 'lead-7', '--mappings', broken], { environment });
  const none = await runCommand(['lead', 'lead-7', '--mappings', join(changed, 'missing')], { environment });

  expect(same.out).not.toContain('changed since');
  expect(other.out).toContain('(changed since)');
  expect(wrong.out).toContain('(the files have errors now: enginy-bridge check)');
  expect(none.out).toContain('set overwrite: always in the mapping file for contacts');
});

test('lead points to the capture of the request', async () => {
  const captures = temporaryFolder();
  const { environment } = await playedJournal({ CAPTURE: 'all', CAPTURE_DIR: captures });

  const { out } = await runCommand(['lead', 'lead-7'], { environment: { ...environment, CAPTURE_DIR: captures } });
  const [, reference = ''] = /captures show (\S+)/.exec(out) ?? [];
  const shown = await runCommand(['captures', 'show', reference], { environment: { CAPTURE_DIR: captures } });

  expect(shown.status).toBe(0);
  expect(shown.out).toContain('POST /contacts');
});

test('the id of a request, or its start, names its capture in every command', async () => {
  const captures = temporaryFolder();
  const journaling = await startJournaling({ CAPTURE: 'all', CAPTURE_DIR: captures });
  const contact = { externalId: 'lead-7', email: 'ada@example.com' };
  const first = await journaling.send('POST', '/contacts/sync', { contacts: [contact] });
  const id = first.headers.get('x-request-id') ?? '';
  const sent = ['trace:7/no', 'trace:7_a.B-c', '3f2a91c0', 'x'.repeat(64), 'again', 'again'];
  for (const each of sent) {
    await journaling.send('POST', '/contacts/sync', { contacts: [contact] }, { 'x-request-id': each });
  }
  await journaling.bridge.close(30_000);
  const environment = { DATA_DIR: journaling.folder, CAPTURE_DIR: captures };

  for (const name of [id, id.slice(0, 8), id.slice(0, 12), 'trace:7_a.B-c', 'trace:7', '3f2a91c0', 'x'.repeat(20)]) {
    const shown = await runCommand(['captures', 'show', name], { environment });
    const [, shownId = ''] = /request (\S+): /.exec(shown.out) ?? [];
    expect(shownId.startsWith(name), name).toBe(true);
    expect((await runCommand(['replay', name, '--mapping', 'capture'], { environment })).out, name).toContain('same');
    expect((await runCommand(['requests', name], { environment })).out, name).toContain('POST /contacts/sync');
  }
  const found = await runCommand(['captures', 'list', '--find', id.slice(0, 8), '--json'], { environment });
  expect(JSON.parse(found.out).captures.map((each: { requestId: string }) => each.requestId)).toEqual([id]);
  const listed = await runCommand(['captures', 'list'], { environment });
  expect(listed.out).toContain(id.slice(0, 8));

  const repeated = await runCommand(['captures', 'show', 'again'], { environment });
  expect([repeated.status, repeated.err]).toEqual([
    2,
    expect.stringMatching(/^error: 2 captures fit again; .+_again_/),
  ]);
  const entries = JSON.parse((await runCommand(['lead', 'lead-7', '--json'], { environment })).out);
  expect(entries).toHaveLength(7);
  for (const { request, capture } of entries) {
    const { out } = await runCommand(['captures', 'show', capture], { environment });
    expect(out).toContain(`request ${request.requestId}: `);
  }
});

test('lead says where the text of an unreadable value was kept', async () => {
  const mappings = new URL('../../mappings/examples/german-portal', import.meta.url).pathname;
  const { send, bridge, folder } = await startJournaling({ MAPPINGS_DIR: mappings });
  const contact = { externalId: 'lead-7', firstName: 'Mary', email: 'mary at home' };
  await send('POST', '/contacts', { contacts: [contact] });
  await bridge.close(30_000);

  const environment = { DATA_DIR: folder, MAPPINGS_DIR: mappings };
  const { out } = await runCommand(['lead', 'lead-7'], { environment });

  expect(out).toContain('email: its value is not an email address; the text was kept in enginy_email');
});

test('lead explains values that were written unchanged, and requests and records that were rejected', async () => {
  const { send, bridge, folder } = await startJournaling();
  const created = async (externalId: string, fields: object) => {
    const { body } = await send('POST', '/contacts', { contacts: [{ externalId, ...fields }] });
    return body.results[0]?.crmId;
  };
  const crmId = await created('phone', { email: 'a@x-corp.com', phone: '12' });
  await created('none', { title: 'CTO' });
  await created('unnamed', { phone: '12' });
  await created('profile', { email: 'b@x-corp.com', linkedinUrl: 'https://facebook.com/ada' });
  await created('site', { email: 'c@x-corp.com', website: 'nope' });
  await created('needed', { firstName: 'Dr.' });
  const empty = await created('empty', { email: 'd@x-corp.com' });
  await send('PUT', '/contacts', { contacts: [{ crmId: empty, phone: '12' }] });
  const full = await created('full', { email: 'e@x-corp.com', phone: '+14155550142' });
  await send('PUT', '/contacts', { contacts: [{ crmId: full, phone: '12' }] });
  await send('POST', '/tasks', { title: 'Call', contactId: '61', dueDate: 'soon' });
  await send('POST', '/tasks', ['secret']);
  await send('PATCH', '/tasks/62', []);
  await send('POST', '/activities', { type: 'pigeon', contactId: '63', body: 'secret' });
  await send('POST', '/activities', { contactId: 64, body: 'secret' });
  await bridge.close(30_000);

  const environment = { DATA_DIR: folder, CAPTURE_DIR: folder };
  const needed = 'HubSpot requires at least one of email, firstname, lastname, and the record has none of them';
  for (const [name, sentence] of [
    ['phone', 'phone: its value is not a phone number; it was written unchanged to phone'],
    ['none', needed],
    ['unnamed', needed],
    [
      'profile',
      'linkedinUrl → hs_linkedin_url: its value is not the URL of a LinkedIn profile or page; it was written unchanged',
    ],
    ['site', 'website: its value is not a URL; it was written unchanged to website'],
    ['empty', 'phone: its value is not a phone number; it was written unchanged to phone and to enginy_phone'],
    ['full', 'phone: its value is not a phone number; the text was kept in enginy_phone'],
    ['61', 'task of contact 61 failed: the request was rejected: subject is missing'],
    ['62', 'task 62 failed: the request was rejected: body '],
    ['63', 'activity of contact 63 failed: the request was rejected: type must be one of EMAIL'],
    ['64', 'activity of contact 64 failed: the request was rejected: type '],
  ] as const) {
    const { out } = await runCommand(['lead', name], { environment });
    expect.soft(out, name).toContain(sentence);
    expect.soft(out, name).not.toContain('secret');
  }
  expect.soft((await runCommand(['lead', 'unnamed'], { environment })).out).not.toContain('unchanged');
  expect.soft((await runCommand(['lead', crmId], { environment })).out).toContain('it was written unchanged to phone');
});

test.each([
  ['lead', ''],
  ['lead', '  '],
  ['requests', ''],
])('%s with an empty name %j is a usage error', async (command, name) => {
  expect(await runCommand([command, name])).toMatchObject({ status: 2, err: expect.stringContaining('not be empty') });
});

test('an unknown name or id, and a missing journal, are errors that say what to try', async () => {
  const { environment } = await playedJournal();

  for (const format of [[], ['--json']]) {
    const lead = await runCommand(['lead', 'lead-8', ...format], { environment });
    const request = await runCommand(['requests', 'zzzz', ...format], { environment });
    expect(lead).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringContaining('has no entry for lead-8. As far back'),
    });
    expect(request).toMatchObject({ status: 2, out: '', err: expect.stringContaining('whose id begins with zzzz') });
  }
  const missing = await runCommand(['lead', 'lead-7'], { environment: { DATA_DIR: join(temporaryFolder(), 'none') } });

  expect(missing).toMatchObject({ status: 2, err: expect.stringContaining('there is no journal in') });
});

test('filters, the time included, find what they name, and say so where they hide a request', async () => {
  const { environment } = await playedJournal();
  const hour = (add: number) => `${String((new Date().getUTCHours() + 24 + add) % 24).padStart(2, '0')}:00`;

  const around = await runCommand(['requests', '--since', hour(-1), '--until', hour(1)], { environment });
  const hidden = await runCommand(['requests', '99bb', '--status', '5xx'], { environment });
  const inverted = await runCommand(['requests', '--since', 'today', '--until', 'yesterday'], { environment });

  expect(around.out.split('\n').filter((line) => line.includes('/contacts')).length).toBeGreaterThan(0);
  expect(hidden).toMatchObject({ status: 2, err: expect.stringContaining('begins with 99bb matches the filters') });
  expect(inverted).toMatchObject({ status: 2, err: expect.stringContaining('must be after --since') });
});

test('lead names requests without readable records, rejected entries, and a record that one request has twice', async () => {
  const { send, bridge, folder } = await startJournaling({ MAX_FIELDS: '5' });
  const wide = { externalId: 'wide', a: 1, b: 2, c: 3, d: 4, e: 5 };
  await send('POST', '/contacts', { contacts: [wide] });
  await send('GET', '/contacts/1');
  const same = { externalId: 'lead-7', email: 'ada@example.com' };
  await send('POST', '/contacts', { contacts: [same, { email: 'b@example.com' }, { ...same, title: 'CTO' }] });
  await bridge.close(30_000);
  const run = (...words: string[]) => runCommand(words, { environment: { DATA_DIR: folder, CAPTURE_DIR: folder } });

  expect((await run('lead', 'wide')).err).toMatch(
    /in a request that could be read; 1 request could not be, the last at .{19} \(Invalid request\): enginy-bridge requests --status 4xx\./,
  );
  const rejected = (await run('lead', 'b@example.com')).out;
  expect(rejected).toContain('contact (entry 1 of the request) failed: the entry was rejected: externalId is missing');
  const twice = (await run('lead', 'lead-7')).out;
  expect(twice.match(/contact lead-7 created as record/g)).toHaveLength(1);
  expect(twice).toContain(': another record of this request has the same unique value');
  expect((await run('requests', '--endpoint', 'GET (unknown path)')).out).toContain('404');
});

test('captures that cannot be read are an error of captures list, and lead goes on without them', async () => {
  const { environment, folder } = await playedJournal();
  const file = join(folder, 'journal.key');
  const setting = { environment: { ...environment, CAPTURE_DIR: file } };

  const list = await runCommand(['captures', 'list'], setting);
  const lead = await runCommand(['lead', 'lead-7'], setting);

  const sentence = `The captures in ${file} cannot be read (ENOTDIR)`;
  expect(list).toMatchObject({ status: 2, err: `error: ${sentence}\n` });
  expect(lead).toMatchObject({ status: 0, err: `${sentence}\n`, out: expect.stringContaining('created as record') });
});

test('a damaged journal is reported, whichever part is damaged', async () => {
  const { environment, folder } = await playedJournal();
  const file = join(folder, 'journal.sqlite');
  const whole = readFileSync(file);
  const damaged = Buffer.from(whole);
  damaged.fill(7, 3 * 4096);

  for (const content of [damaged, Buffer.alloc(8192, 7)]) {
    writeFileSync(file, content);
    const lead = await runCommand(['lead', 'lead-7'], { environment });
    expect(lead).toMatchObject({ status: 2, err: expect.stringContaining(`the journal in ${folder} is damaged`) });
  }
});

test('lead and requests print JSON', async () => {
  const { environment } = await playedJournal();

  const lead = await runCommand(['lead', 'lead-7', '--json'], { environment });
  const requests = await runCommand(['requests', '--json'], { environment });
  const one = await runCommand(['requests', '77aa', '--json'], { environment });

  expect(JSON.parse(lead.out).map(({ outcome }: { outcome: string }) => outcome)).toEqual(['created', 'unchanged']);
  expect(JSON.parse(requests.out)).toHaveLength(3);
  expect(JSON.parse(one.out).entries[0].heldBack).toEqual([{ field: 'phone', property: 'phone', reason: 'if-empty' }]);
});

test.each([
  [[], ['3f2a91c0-create', '77aa-update', '99bb-failure']],
  [
    ['--endpoint', 'put'],
    ['77aa-update', '99bb-failure'],
  ],
  [['--outcome', 'failed'], ['99bb-failure']],
  [['--reason', 'if-empty'], ['77aa-update']],
  [['--reason', 'not-found'], ['99bb-failure']],
  [['--reason', 'late'], []],
  [['--reason', 'request'], []],
  [['--status', '2xx', '--last', '1'], ['99bb-failure']],
  [['--status', '503'], []],
  [
    ['--since', '1h'],
    ['3f2a91c0-create', '77aa-update', '99bb-failure'],
  ],
  [['--until', '1h'], []],
  [['3f2a'], ['3f2a91c0-create']],
])('requests %j', async (args, ids) => {
  const { environment } = await playedJournal();

  const { out, err, status } = await runCommand(['requests', ...args], { environment });

  expect({ err, status }).toEqual({ err: '', status: 0 });
  expect(['3f2a91c0-create', '77aa-update', '99bb-failure'].filter((id) => out.includes(id))).toEqual(ids);
});

test.each([
  [['--status', 'bad'], 'must be a status such as 503'],
  [['--outcome', 'exploded'], 'Allowed choices are matched'],
  [['--reason', 'mood'], 'Allowed choices are if-empty'],
  [['--reason', 'mood'], 'ambiguous, too-large, late, request, fault'],
  [['--since', 'someday'], '--since is not a time'],
  [['ffff'], 'the journal has no request whose id begins with ffff'],
])('requests %j is a usage error', async (args, message) => {
  const { environment } = await playedJournal();

  const { err, status } = await runCommand(['requests', ...args], { environment });

  expect(status).toBe(2);
  expect(err).toContain(message);
});

test('tail prints what is there, follows what arrives, and unfolds failures', async () => {
  const { bridge, send, folder } = await startJournaling();
  const stop = new AbortController();
  let out = '';
  const { promise: seen, resolve } = Promise.withResolvers<void>();
  const command = runCommandLine(['tail', '--dir', folder], {
    print: (text) => {
      out += text;
      if (out.includes('second-one')) resolve();
    },
    complain: () => {},
    hasColor: false,
    width: undefined,
    environment: () => ({}),
    readInput: async () => '',
    ask: async () => '',
    setStatus: () => {},
    stop: stop.signal,
  });
  await send('PUT', '/contacts', { contacts: [{ crmId: '424242', title: 'x' }] }, { 'x-request-id': 'first-one' });
  await send('GET', '/contacts/ada@acme.com');
  const { body } = await send('POST', '/activities', { type: 'EMAIL', occurredAt: 'yesterday' });
  await send('PUT', '/contacts', { contacts: [{ crmId: '424243', title: 'x' }] }, { 'x-request-id': 'second-one' });
  await seen;
  stop.abort();
  await command;
  await bridge.close(1_000);

  expect(out.match(/first-one/g)).toHaveLength(1);
  expect(out).toContain('contact 424242 failed: HubSpot has no record with this id');
  expect(out).toMatch(/GET \(unknown path\) +404/);
  expect(out).toContain(
    `    activity created as record ${body.id}; it appears on no timeline, because it was sent without contactId and companyId\n`,
  );
});

test('a line is colored only on a terminal', async () => {
  const { environment } = await playedJournal();

  const plain = await runCommand(['requests'], { environment });
  const colored = await runCommand(['requests'], { environment, hasColor: true });

  expect(plain.out).not.toContain('\u001b');
  expect(colored.out).toContain('\u001b[33m');
});

test('on a terminal, every line fits its width except for a single long word, and nothing is lost', async () => {
  const captures = temporaryFolder();
  const { environment } = await playedJournal({ CAPTURE: 'all', CAPTURE_DIR: captures });
  const setting = { environment: { ...environment, CAPTURE_DIR: captures }, stop: AbortSignal.abort() };
  const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

  for (const line of ['lead lead-7', 'lead unknown', 'requests', 'requests 99bb', 'tail', 'captures list']) {
    const command = line.split(' ');
    const whole = await runCommand(command, setting);
    for (const width of [60, 80, 120]) {
      const fitted = await runCommand(command, { ...setting, width });
      const colored = await runCommand(command, { ...setting, width, hasColor: true });

      const wide = fitted.out.split('\n').filter((one) => one.length > width && words(one).length > 1);
      expect(wide, `${line} at ${width}`).toEqual([]);
      expect(words(fitted.out), line).toEqual(words(whole.out));
      expect(stripVTControlCharacters(colored.out)).toBe(fitted.out);
    }
  }
});
