import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { capturedMappings } from '../../src/capture/replay/regression.ts';
import { replayCapture } from '../../src/capture/replay/replay-capture.ts';
import { startCapturing } from '../capture/capturing.ts';

const root = new URL('../../mappings', import.meta.url).pathname;
const sets = ['hubspot', ...readdirSync(join(root, 'examples')).map((name) => join('examples', name))];

/** What the examples of a file send. */
function examplesOf(set: string, kind: string): Record<string, unknown>[] {
  const name = `${kind}.examples.yaml`;
  if (!readdirSync(set).includes(name)) return [];
  const { examples }: { examples: { enginy?: Record<string, unknown> }[] } = parse(
    readFileSync(join(set, name), 'utf8'),
  );
  return examples.flatMap(({ enginy }) => (enginy === undefined ? [] : [enginy]));
}

/** Stops the bridge, and replays what it captured. */
async function differencesOf(bridge: Awaited<ReturnType<typeof startCapturing>>): Promise<object[]> {
  const found: object[] = [];
  const captures = await bridge.stop();
  expect(captures).not.toEqual([]);
  for (const { name, capture } of captures) {
    const { differences, assumptions } = await replayCapture(capture, capturedMappings(capture));
    if (differences.length > 0 || assumptions.length > 0) found.push({ name, differences, assumptions });
  }
  return found;
}

test.each(sets)('every example of mappings/%s replays identically', async (name) => {
  const set = join(root, name);
  const bridge = await startCapturing({ environment: { MAPPINGS_DIR: set, DEFAULT_COUNTRY: 'ES' } });
  for (const kind of ['contacts', 'companies']) {
    const records = examplesOf(set, kind).map((record, n) => ({ externalId: `${kind}-${n}`, ...record }));
    if (records.length === 0) continue;
    await bridge.send('POST', `/${kind}`, { [kind]: records });
    await bridge.send('POST', `/${kind}/sync`, { [kind]: records });
  }
  for (const kind of ['tasks', 'activities']) {
    for (const body of examplesOf(set, kind)) await bridge.send('POST', `/${kind}`, body);
  }

  expect(await differencesOf(bridge)).toEqual([]);
});

test('a value is the same where its kind is not known, and words of the mapping files stay within lists', async () => {
  const set = join(root, 'examples/german-portal');
  const bridge = await startCapturing({ environment: { MAPPINGS_DIR: set, DEFAULT_COUNTRY: 'DE' } });
  const contacts = [
    { mobilePhone: '+34 600111222, +34 611222333', custom_phones: '+34 600111222 | +34 611222333' },
    { mobilePhone: '030 1234567; 0171 1234567', custom_same: '030 1234567; 0171 1234567' },
    { phone: '+34600111222', custom_number: '+34600111222', custom_list: 'no;+34600111222' },
    { conversationTags: 'Integration, Pricing', city: 'Hamburg', country: 'Germany' },
    { conversationTags: 'Pricing,Ada Lovelace,pricing', city: 'Berlin', country: 'Deutschland' },
    { conversationTags: 'Pricing', city: 'Luxembourg', country: 'Luxembourg' },
    { fullName: 'Dr. Ludwig van Beethoven', custom_name: 'Dr. Ludwig van Beethoven', company: 'Acme, Germany GmbH' },
    { company: 'Lovelace Oy', custom_company: 'Lovelace Oy', linkedinUrl: 'https://de.linkedin.com/in/ada,it,love' },
    { custom_url: 'https://acme.com/a,in,b', bio: 'Born in Hamburg, Germany; see https://acme.com/a,in,b' },
    { title: 'n/a', custom_title: 'n/a', email: 'none', custom_note: 'Sold | Germany | Ada' },
  ].map((record, n) => ({ externalId: `lead-${n}`, ...record }));
  await bridge.send('POST', '/contacts', { contacts });
  await bridge.send('POST', '/contacts', { contacts });
  await bridge.send('POST', '/contacts/sync', { contacts });

  expect(await differencesOf(bridge)).toEqual([]);
});
