import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

/** What HubSpot holds, and what Enginy sends. */
const spellings: readonly [held: string, sent: string][] = [
  ['https://www.linkedin.com/in/ada-l', 'http://linkedin.com/in/Ada-L/'],
  ['linkedin.com/in/ada-l', 'https://es.linkedin.com/in/ada-l?trk=x'],
  ['http://www.linkedin.com/in/ada-l', 'www.linkedin.com/in/ada-l/de'],
  ['https://www.linkedin.com/in/jos%C3%A9-p%C3%A9rez/', 'linkedin.com/in/josé-pérez'],
  ['https://www.linkedin.com/in/josé-pérez', 'https://www.linkedin.com/in/jos%c3%a9-p%c3%a9rez'],
  ['https://www.linkedin.com/in/jose\u0301', 'linkedin.com/in/jos\u00e9'],
  ["https://www.linkedin.com/in/o'brien", 'linkedin.com/in/o%27brien'],
  ['https://www.linkedin.com/in/o%27brien', "https://www.linkedin.com/in/o'brien/"],
  ['https://www.linkedin.com/in/smith%26co', 'linkedin.com/in/smith&co'],
  ['https://www.linkedin.com/in/c++dev', 'linkedin.com/in/c%2B%2Bdev'],
  ['https://www.linkedin.com/in/ada-(l)', 'linkedin.com/in/ada-%28l%29'],
  ['https://www.linkedin.com/in/王小明', 'linkedin.com/in/%E7%8E%8B%E5%B0%8F%E6%98%8E'],
  ['https://www.linkedin.com/in/%D0%B8%D0%B2%D0%B0%D0%BD', 'https://ru.linkedin.com/in/иван'],
  ['http://es.linkedin.com/in/ada-l?originalSubdomain=es', 'http://es.linkedin.com/in/Ada-L?originalSubdomain=es'],
  ['https://fr.linkedin.com/in/ada-l/', 'https://fr.linkedin.com/in/ada-l/'],
];

test.each(spellings)('%s is found by %s', async (held, sent) => {
  const crm = await startCrm();
  const [id] = crm.seed({ contacts: [{ properties: { hs_linkedin_url: held } }] }).contacts;
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/contacts/sync', { contacts: [{ externalId: 'a', linkedinUrl: sent }] });

  expect(body.results).toMatchObject([{ crmId: id }]);
});

test('phone numbers with an extension are found in every spelling, and not without it', async () => {
  const spellings = [' ext. 12', ' ext 12', 'x12', ' x12', ';ext=12', ' #12', ' extension 12'];
  const pairs = spellings.flatMap((held) => spellings.map((sent): [string, string] => [held, sent]));
  const unequal = [
    [' ext. 12', ''],
    ['', 'x12'],
    [' ext. 12', 'x13'],
  ] as const;
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const number = (at: number) => `+34 912 345 ${600 + at}`;
  const { contacts } = crm.seed({
    contacts: [...pairs, ...unequal].map(([held], at) => ({
      properties: { firstname: 'Ada', phone: number(at) + held },
    })),
  });

  const asked = [...pairs, ...unequal].map(([, sent], at) => ({
    externalId: `${at}`,
    phone: number(at).replaceAll(' ', '') + sent,
  }));
  const { body } = await send('POST', '/contacts/sync', { contacts: asked });

  const found = body.results.map(({ externalId, crmId }: { externalId: string; crmId: string }) => [externalId, crmId]);
  expect(found).toEqual(pairs.map((_pair, at) => [`${at}`, contacts[at]]));
});
