import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Capture } from '../../src/capture/capture-schema.ts';
import { differenceLine } from '../../src/capture/replay/replay-difference.ts';
import { replayCapture } from '../../src/capture/replay/replay-capture.ts';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import { replay, shippedMappings, startCapturing } from '../capture/capturing.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const shipped = new URL('../../mappings/hubspot', import.meta.url).pathname;

/** The shipped mapping files with a change in one of them. */
function changedMappings(file: string, change: (text: string) => string) {
  const folder = temporaryFolder();
  cpSync(shipped, folder, { recursive: true });
  const before = readFileSync(join(folder, file), 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(folder, file), after);
  return loadMappings(folder);
}

const grace = {
  externalId: 'lead-1',
  email: 'grace.hopper@acme.com',
  firstName: 'Grace',
  lastName: 'Hopper',
  title: 'Rear Admiral',
  linkedinUrl: 'https://www.linkedin.com/in/grace-hopper',
};

async function captureOf(
  play: (bridge: Awaited<ReturnType<typeof startCapturing>>) => Promise<void>,
): Promise<Capture> {
  const bridge = await startCapturing();
  await play(bridge);
  const last = (await bridge.stop()).at(-1);
  if (last === undefined) throw new Error(`nothing was captured: ${bridge.log.text()}`);
  return last.capture;
}

test('a replay with a changed mapping names the property that differs', async () => {
  const capture = await captureOf(async ({ send }) => {
    await send('POST', '/contacts', { contacts: [grace] });
  });
  const changed = changedMappings('contacts.yaml', (text) =>
    text.replace('crm: jobtitle,          transform: [one_line]', 'crm: jobtitle,          transform: [uppercase]'),
  );

  const { differences } = await replayCapture(capture, changed);

  expect(differences.map(differenceLine)).toEqual([
    expect.stringMatching(
      /^changed {2}create contacts lead-1: jobtitle was "[A-Z][a-z]{3} [A-Z][a-z]{6}", is "[A-Z]{4} [A-Z]{7}"$/,
    ),
  ]);
});

test('a field that is mapped to another property is reported under both names, also in the response', async () => {
  const capture = await captureOf(async ({ send, crm }) => {
    crm.seed({ contacts: [{ properties: { email: grace.email, lifecyclestage: 'customer' } }] });
    await send('POST', '/contacts/sync', { contacts: [grace] });
  });
  const changed = changedMappings('contacts.yaml', (text) =>
    text.replace('enginy: lifecycleStage, value_map', 'enginy: stage, value_map'),
  );

  const { differences } = await replayCapture(capture, changed);

  expect(differences.map(differenceLine)).toEqual([
    'missing  answer results[lead-1].properties.lifecycleStage: was "Customer"',
    'unexpected  answer results[lead-1].properties.stage: is "Customer"',
  ]);
});

test('a rule that is no longer tried is reported as a missing search', async () => {
  const capture = await captureOf(async ({ send }) => {
    await send('POST', '/contacts/sync', { contacts: [{ externalId: 'lead-1', linkedinUrl: grace.linkedinUrl }] });
  });
  const changed = changedMappings('contacts.yaml', (text) =>
    text.replace(/\n *- \{ enginy: linkedinUrl, crm: hs_linkedin_url, also.*\}/, ''),
  );

  const { differences } = await replayCapture(capture, changed);

  expect(differences.length).toBeGreaterThan(0);
  for (const { kind, what } of differences) {
    expect([kind, /^search contacts for (?:hs_linkedin_url|linkedinbio)=/.test(what)]).toEqual(['missing', true]);
  }
});

test('searches for the words of LinkedIn URLs replay identically, and no word of a slug is left', async () => {
  const slugs = [
    'zyxwada-qwertz',
    'josé-zyxwpérez',
    'jos%C3%A9-zyxwpol%C3%A1r',
    "o'zyxwbrien-&-co",
    'zyxwmüller-straße',
    'иван-петров',
    '王小明',
    'c++zyxwdev-(x)',
    'zyxwlovelace99',
    'ACoAAZyxwQwertzAbCdEfGhIjKlMnOpQrStUvWx-9_z',
  ];
  const urls = [
    ...slugs.map((slug) => `https://www.linkedin.com/in/${slug}`),
    'https://www.linkedin.com/sales/lead/ACwAAZyxwQwertzAbCdEfGhIjKlMnOp,NAME_SEARCH,zyxw',
  ];
  const capture = await captureOf(async ({ send, crm }) => {
    const held = urls.map((url, at) =>
      (at % 3 === 0 ? url : url.replace('//www.', '//es.')).replace('/lead/', '/people/'),
    );
    crm.seed({ contacts: held.map((url) => ({ properties: { hs_linkedin_url: `${url}?trk=x` } })) });
    const contacts = [...urls, 'in/zyxwlovelace99', '[Ada](https://linkedin.com/in/zyxwlovelace99)'].map(
      (linkedinUrl, at) => ({ externalId: `lead-${at}`, linkedinUrl }),
    );
    const { body } = await send('POST', '/contacts/sync', { contacts });
    expect(body.results.map(({ externalId }: { externalId: string }) => externalId)).toEqual(
      contacts.map(({ externalId }) => externalId),
    );
  });

  const { differences, assumptions } = await replay(capture);

  expect([differences, assumptions]).toEqual([[], []]);
  expect(JSON.stringify(capture.exchanges)).toContain('CONTAINS_TOKEN');
  expect(JSON.stringify(capture)).not.toMatch(/zyxw|qwertz|lovelace|иван|петров|小明/i);
});

test('a request that waited for others is replayed alone, which is reported as an assumption', async () => {
  const bridge = await startCapturing();
  await bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: 'e1', email: 'ana@acme.example' }] });
  const [file] = await bridge.stop();
  if (file === undefined) throw new Error('nothing was captured');
  const late = { ...file.capture, answer: { status: 504, headers: {}, body: { error: 'Deadline exceeded' } } };

  expect((await replay(file.capture)).assumptions).toEqual([]);
  expect((await replay(late)).assumptions).toEqual([
    'that nothing was waiting or paused when the request arrived: the bridge returned 504 then',
  ]);
});

test('an unpaired surrogate in a URL harms neither the other records nor the capture', async () => {
  const capture = await captureOf(async ({ send, crm }) => {
    crm.seed({ contacts: [{ properties: { email: grace.email } }] });
    const broken = { externalId: 'lead-2', linkedinUrl: 'https://www.linkedin.com/in/\ud83dada' };
    const { body } = await send('POST', '/contacts/sync', { contacts: [grace, broken] });
    expect(body.results).toEqual([expect.objectContaining({ externalId: 'lead-1' })]);
  });

  const { differences } = await replay(capture);

  expect(differences).toEqual([]);
});

test('a replay makes as many extra searches as the bridge did', async () => {
  const bridge = await startCapturing({ environment: { MATCH_EXTRA_SEARCHES: '1' } });
  const contacts = Array.from({ length: 12 }, (_, at) => ({
    externalId: `lead-${at}`,
    linkedinUrl: `https://www.linkedin.com/in/extra-${at}`,
  }));
  await bridge.send('POST', '/contacts/sync', { contacts });
  const [captured] = await bridge.stop();

  const { differences, assumptions } = await replay(captured?.capture ?? expect.fail('nothing was captured'));

  expect([differences, assumptions]).toEqual([[], []]);
});

test('calls that are batched differently are answered by their meaning', async () => {
  const capture = await captureOf(async ({ send, crm }) => {
    crm.seed({ contacts: [{ properties: { email: 'ada@acme.com' } }, { properties: { email: 'mary@acme.com' } }] });
    await send('POST', '/contacts/sync', {
      contacts: ['ada', 'mary', 'nobody'].map((who) => ({ externalId: `lead-${who}-1`, email: `${who}@acme.com` })),
    });
  });
  // As a bridge would have asked that cuts its calls smaller.
  const [whole, ...rest] = capture.exchanges;
  if (whole === undefined) throw new Error('no call was captured');
  const body = whole.body as { inputs: { id: string }[] };
  const response = whole.response as { results: { properties: { email: string } }[]; errors: unknown[] };
  const parts = body.inputs.map(({ id }) => {
    const results = response.results.filter(({ properties }) => properties.email === id);
    return {
      ...whole,
      body: { ...body, inputs: [{ id }] },
      status: results.length > 0 ? 200 : 207,
      response: results.length > 0 ? { status: 'COMPLETE', results } : { ...response, results },
    };
  });

  const replayed = await replay({ ...capture, exchanges: [...parts, ...rest] });

  expect(replayed.differences).toEqual([]);
  expect(replayed.assumptions).toEqual([]);
  expect(replayed.calls).toEqual({ recorded: capture.exchanges.length + 2, replayed: capture.exchanges.length });
});

test('what the capture cannot answer is reported as an assumption', async () => {
  const capture = await captureOf(async ({ send }) => {
    await send('POST', '/contacts/sync', { contacts: [grace] });
  });

  const learned = capture.exchanges.filter(({ method }) => method === 'GET');
  const { differences, assumptions } = await replay({ ...capture, exchanges: learned });

  expect(differences.every(({ kind }) => kind === 'unexpected')).toBe(true);
  expect(assumptions).toContainEqual(expect.stringMatching(/^that no contacts has email [a-z]+\.[a-z]+@[a-z]+\.com$/));
});

test('requests that shared calls replay independently', async () => {
  const bridge = await startCapturing();
  const { contacts } = bridge.crm.seed({
    contacts: Array.from({ length: 6 }, (_unused, n) => ({ properties: { email: `person-${n}@acme.com` } })),
  });
  await bridge.send('POST', '/contacts', { contacts: [{ externalId: 'first', email: 'first@acme.com' }] });
  await Promise.all([
    ...contacts.map((crmId, n) => bridge.send('PUT', '/contacts', { contacts: [{ crmId, title: `Title ${n}` }] })),
    ...[1, 2, 3].map((n) =>
      bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: `l-${n}`, linkedinUrl: grace.linkedinUrl }] }),
    ),
    ...contacts.map((contactId, n) =>
      bridge.send('POST', '/activities', {
        type: 'LINKEDIN',
        body: `Hello ${n}`,
        contactId,
        metadata: { messageId: `m-${n}` },
      }),
    ),
  ]);
  const files = await bridge.stop();
  const shared = files.filter(({ capture }) => capture.exchanges.some(({ call }) => call.shared === true));

  const outcomes: object[] = [];
  for (const { name, capture } of files) {
    const { differences, assumptions } = await replay(capture);
    if (differences.length > 0 || assumptions.length > 0) outcomes.push({ name, differences, assumptions });
  }

  expect(shared.length).toBeGreaterThan(3);
  expect(outcomes).toEqual([]);
});

test('what the identity index answered replays identically', async () => {
  const environment = { IDENTITY_INDEX: 'on', INDEX_FRESH_S: '0', DATA_DIR: temporaryFolder() };
  const bridge = await startCapturing({ environment });
  const people = Array.from({ length: 12 }, (_unused, n) => ({
    hs_linkedin_url: `https://www.linkedin.com/in/p-${n}`,
  }));
  bridge.crm.seed({ contacts: people.map((properties) => ({ properties })) });
  await vi.waitFor(() => expect(bridge.log.text().match(/index is complete/g)).toHaveLength(2), 60_000);
  await bridge.send('POST', '/contacts/sync', {
    contacts: Array.from({ length: 20 }, (_unused, n) => ({
      externalId: `e-${n}`,
      linkedinUrl: `linkedin.com/in/P-${n}`,
    })),
  });
  const files = await bridge.stop();
  const [file] = files.filter(({ capture }) => capture.request.path === '/contacts/sync');
  if (file === undefined) throw new Error('the sync was not captured');

  const { differences, assumptions } = await replay(file.capture);

  const proposed = file.capture.remembered.filter(({ source }) => source === 'index');
  expect(file.capture.answer?.body).toMatchObject({ results: { length: 12 } });
  expect(proposed.filter(({ id }) => id !== undefined)).toHaveLength(12);
  expect(file.capture.exchanges.filter(({ path }) => path.endsWith('/search'))).toEqual([]);
  expect({ differences, assumptions }).toEqual({ differences: [], assumptions: [] });
});

test('a replay needs no network: an address that is not intercepted is refused', async () => {
  const capture = await captureOf(async ({ send }) => {
    await send('POST', '/contacts/sync', { contacts: [grace] });
  });
  let refused: unknown;
  const mappings = {
    ...shippedMappings,
    get contacts() {
      // Asked for while the request is served.
      refused ??= fetch('https://example.com/').then(
        () => 'reached',
        () => 'refused',
      );
      return shippedMappings.contacts;
    },
  };

  await replayCapture(capture, mappings);

  expect(await refused).toBe('refused');
});

test('a capture without its bodies is refused with the reason', async () => {
  const capture = await captureOf(async ({ send }) => {
    await send('GET', '/health');
  });

  await expect(replay({ ...capture, trimmed: true })).rejects.toThrow(/bodies were omitted/);
});
