import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

const slugs = ['ada-lovelace', "o'brien-&-co", 'josé-pérez', '王小明', 'иван-петров', 'c++dev-(x)', 'müller'];

const strictly = (slug: string) =>
  encodeURIComponent(slug).replace(/['()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

/** How people and tools write one profile. */
const spellings: Readonly<Record<string, (slug: string) => string>> = {
  canonical: (slug) => `https://www.linkedin.com/in/${slug}`,
  'trailing slash': (slug) => `https://www.linkedin.com/in/${slug}/`,
  http: (slug) => `http://linkedin.com/in/${slug}/`,
  bare: (slug) => `linkedin.com/in/${slug}`,
  'bare www': (slug) => `www.linkedin.com/in/${slug}/`,
  'country host': (slug) => `https://es.linkedin.com/in/${slug}`,
  'country host, http, slash': (slug) => `http://uk.linkedin.com/in/${slug}/`,
  'mobile host': (slug) => `https://m.linkedin.com/in/${slug}`,
  'mobile path': (slug) => `https://www.linkedin.com/mwlite/in/${slug}`,
  query: (slug) => `https://www.linkedin.com/in/${slug}?trk=people-guest&originalSubdomain=fr`,
  'slash and query': (slug) => `https://www.linkedin.com/in/${slug}/?utm_source=share`,
  fragment: (slug) => `https://www.linkedin.com/in/${slug}#experience`,
  'locale suffix': (slug) => `https://www.linkedin.com/in/${slug}/de`,
  'long locale suffix': (slug) => `https://br.linkedin.com/in/${slug}/pt-br/`,
  'page below': (slug) => `https://www.linkedin.com/in/${slug}/details/experience/`,
  upper: (slug) => `HTTPS://WWW.LinkedIn.com/in/${slug.toUpperCase()}`,
  encoded: (slug) => `https://www.linkedin.com/in/${encodeURI(slug)}/`,
  'encoded on a country host': (slug) => `https://fr.linkedin.com/in/${encodeURI(slug)}?trk=x`,
  'encoded strictly on a country host': (slug) => `http://de.linkedin.com/in/${strictly(slug)}/en`,
};

/** Each spelling that HubSpot holds with three that Enginy sends, each pair with a profile of its own. */
const pairs = Object.entries(spellings).flatMap(([heldAs, hold], row, all) =>
  [0, 5, 11].map((distance) => {
    const column = (row + distance) % all.length;
    const [sentAs = '', send = hold] = all[column] ?? [];
    const slug = `${slugs[(row + column) % slugs.length]}-${row}x${column}`;
    return { pair: `${heldAs} by ${sentAs}: ${slug}`, held: hold(slug), sent: send(slug) };
  }),
);

test('profiles are found in all spellings that HubSpot holds by all that Enginy sends, and none is created twice', async () => {
  const crm = await startCrm();
  const ids = crm.seed({ contacts: pairs.map(({ held }) => ({ properties: { hs_linkedin_url: held } })) }).contacts;
  const expected = pairs.map(({ pair }, index) => `${pair} → ${ids[index]}`);
  const contacts = pairs.map(({ sent }, index) => ({ externalId: `e${index}`, firstName: 'Ada', linkedinUrl: sent }));
  const found = (results: readonly { externalId: string; crmId: string }[]) => {
    const crmIds = new Map(results.map(({ externalId, crmId }) => [externalId, crmId]));
    return pairs.map(({ pair }, index) => `${pair} → ${crmIds.get(`e${index}`)}`);
  };

  const synced = await startBridgeOn(crm, { MATCH_EXTRA_SEARCHES: '1000' });
  expect(found((await synced.send('POST', '/contacts/sync', { contacts })).body.results)).toEqual(expected);
  const created = await startBridgeOn(crm, { MATCH_EXTRA_SEARCHES: '1000' });
  expect(found((await created.send('POST', '/contacts', { contacts })).body.results)).toEqual(expected);
  expect(crm.records('contacts')).toHaveLength(pairs.length);
});

test.each(['contacts', 'companies'] as const)('%s are found by the further property', async (kind) => {
  const crm = await startCrm();
  const path = kind === 'contacts' ? 'in' : 'company';
  const linkedinbio = `https://www.linkedin.com/${path}/acme`;
  const [id] = crm.seed({ [kind]: [{ properties: { linkedinbio } }] })[kind];
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', `/${kind}/sync`, {
    [kind]: [{ externalId: 'a', linkedinUrl: `linkedin.com/${path}/Acme/about` }],
  });

  expect(body.results).toMatchObject([{ crmId: id }]);
});

test('a record that holds the URL as usual is preferred to one that search would not find, warm and cold', async () => {
  const crm = await startCrm();
  const [usual, odd] = crm.seed({
    contacts: [
      { properties: { hs_linkedin_url: 'https://www.linkedin.com/in/ada-l' } },
      { properties: { email: 'ada@x.example', hs_linkedin_url: 'https://es.linkedin.com/in/ada-l/?trk=x' } },
    ],
  }).contacts;
  const warm = await startBridgeOn(crm);
  const cold = await startBridgeOn(crm);
  const byEmail = { externalId: 'b', email: 'ada@x.example', linkedinUrl: 'linkedin.com/in/ada-l' };
  const learned = await warm.send('POST', '/contacts/sync', { contacts: [byEmail] });
  expect(learned.body.results).toMatchObject([{ crmId: odd }]);

  for (const { send } of [warm, cold]) {
    const { body } = await send('POST', '/contacts/sync', {
      contacts: [{ externalId: 'a', linkedinUrl: 'linkedin.com/in/ada-l' }],
    });
    expect(body.results).toMatchObject([{ crmId: usual }]);
  }
});

test('without the index, searches by words stay within the number per request, and the rest is logged without an error', async () => {
  const crm = await startCrm();
  const held = Array.from({ length: 40 }, (_, index) => `https://es.linkedin.com/in/ada-q${index}?trk=x`);
  crm.seed({ contacts: held.map((hs_linkedin_url) => ({ properties: { hs_linkedin_url } })) });
  const { send, log } = await startBridgeOn(crm, { MATCH_EXTRA_SEARCHES: '3', IDENTITY_INDEX: 'off' });
  const contacts = held.map((_, index) => ({ externalId: `e${index}`, linkedinUrl: `linkedin.com/in/ada-q${index}` }));

  const { status, body } = await send('POST', '/contacts/sync', { contacts });

  const byWords = crm.log.filter(({ body: sent }) => JSON.stringify(sent ?? '').includes('CONTAINS_TOKEN'));
  expect(status).toBe(200);
  expect(byWords).toHaveLength(3);
  expect(body.results).toHaveLength(6);
  expect(body.errors ?? []).toEqual([]);
  expect(body.notMatched).toHaveLength(34);
  expect(body.notMatched[0].reasons).toEqual(['linkedinUrl was searched for in its usual spellings only']);
  expect(log.entries).toContainEqual(expect.objectContaining({ rule: 'linkedinUrl', keys: 34 }));
});

test('without the index, URLs that HubSpot holds as usual cause no search by words', async () => {
  const crm = await startCrm();
  const urls = Array.from({ length: 16 }, (_, index) => `https://www.linkedin.com/in/ada-${index}`);
  crm.seed({ contacts: urls.map((hs_linkedin_url) => ({ properties: { hs_linkedin_url } })) });
  const { send } = await startBridgeOn(crm, { IDENTITY_INDEX: 'off' });

  const { body } = await send('POST', '/contacts/sync', {
    contacts: urls.map((linkedinUrl, index) => ({ externalId: `e${index}`, linkedinUrl })),
  });

  expect(body.results).toHaveLength(16);
  expect(crm.log.filter(({ path }) => path.endsWith('/search'))).toHaveLength(2);
});
