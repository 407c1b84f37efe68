import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const profile = 'https://www.linkedin.com/in/ada-l';

const spellings = [
  `${profile},`,
  `${profile};`,
  `${profile})`,
  `(${profile}).`,
  `${profile}...`,
  `${profile}…`,
  `${profile}<br>`,
  `${profile}>`,
  `${profile}"`,
  `${profile}&trk=1`,
  `${profile}&amp;trk=1&amp;x=2`,
  `${profile}&originalSubdomain=es`,
  `${profile}/&trk=public_profile`,
  `${profile}%3Ftrk%3Dx`,
  `${profile}/\\`,
  'https:\\/\\/www.linkedin.com\\/in\\/ada-l',
  '"https:\\/\\/www.linkedin.com\\/in\\/ada-l\\/"',
  'https%3A%2F%2Fes.linkedin.com%2Fin%2Fada-l%3Ftrk%3Dx',
  'https://www.link\u200bedin.com/in/ada\u200b-l',
  '\ufeff\u202ahttps://linkedin.com/in/ada\u00ad-l\u202c',
  'linkedin.com/in/ada-l/overlay/contact-info/',
  'linkedin.com/in/ada-l/details/experience',
  'https://m.linkedin.com/in/ada-l',
  'https://www.linkedin.com/mwlite/in/ada-l?x',
  'https://linkedin.com:443/in/ada-l',
  `<a href="${profile}/">Ada L.</a>`,
  `<a class="x" href='${profile}'>Ada</a>`,
];

test('a profile is one profile, whatever a text, a table or a program leaves beside it', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const contacts = spellings.map((linkedinUrl, at) => ({ externalId: `e${at}`, firstName: 'Ada', linkedinUrl }));

  const { body } = await send('POST', '/contacts', { contacts });

  const held = crm.records('contacts').map(({ properties }) => properties.hs_linkedin_url);
  expect(held).toEqual([profile]);
  expect(new Set(body.results.map(({ crmId }: { crmId: string }) => crmId)).size).toBe(1);
  expect(body.results.flatMap(({ warnings = [] }) => warnings)).toEqual([]);
});

/** As it was sent, and what the CRM holds; several that look alike stay apart. */
const apart: readonly [sent: string, held: string][] = [
  ['linkedin.com/in/smith&co', 'https://www.linkedin.com/in/smith&co'],
  ['linkedin.com/in/smith', 'https://www.linkedin.com/in/smith'],
  ['linkedin.com/in/ada-(l)', 'https://www.linkedin.com/in/ada-(l)'],
  ["linkedin.com/in/d'", "https://www.linkedin.com/in/d'"],
  ['linkedin.com/in/👩\u200d💻-ada', 'https://www.linkedin.com/in/👩\u200d💻-ada'],
  ['https://www.linkedin.com/sales/lead/ACwAAAB1,NAME_SEARCH,x', 'https://www.linkedin.com/sales/lead/ACwAAAB1'],
  ['linkedin.com/pub/ada-l/1/2/3', 'https://www.linkedin.com/pub/ada-l/1/2/3'],
  ['linkedin.com/pub/dir/Ada/L', 'linkedin.com/pub/dir/Ada/L'],
  ['https://www.linkedin.com/feed/update/urn:li:activity:1', 'https://www.linkedin.com/feed/update/urn:li:activity:1'],
  ['https://lnkd.in/abc', 'https://lnkd.in/abc'],
];

test('what belongs to a profile URL is kept, and other texts are written unchanged', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const contacts = apart.map(([linkedinUrl], at) => ({ externalId: `e${at}`, firstName: 'Ada', linkedinUrl }));

  await send('POST', '/contacts', { contacts });

  const held = new Map(
    crm.records('contacts').map(({ properties }) => [properties.enginy_external_id, properties.hs_linkedin_url]),
  );
  expect(apart.map((_case, at) => held.get(`e${at}`))).toEqual(apart.map(([, url]) => url));
});
