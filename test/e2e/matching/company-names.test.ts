import { expect, test } from 'vitest';
import legalForms from '../../../src/mapping/data/legal-forms.json' with { type: 'json' };
import { legalForms as foldedForms } from '../../../src/mapping/values/company-name.ts';
import { foldText } from '../../../src/mapping/values/fold-text.ts';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

/** As HubSpot holds it, and as Enginy sends it. */
const names = [
  ['Northwind B.V.', 'Northwind'],
  ['Contoso Limited', 'CONTOSO'],
  ['Fabrikam S.p.A.', 'Fabrikam SpA'],
  ['Litware GmbH & Co. KG', 'Litware'],
  ['Tailspin Ltda.', 'tailspin'],
  ['Adatum Pty Ltd', 'Adatum'],
  ['Proseware, S.A.', 'Proseware'],
  ['Lucerne s.r.o.', 'Lucerne GmbH'],
  ['Wingtip NV', 'Wingtip'],
  ['Fourth Coffee Corporation', 'Fourth Coffee'],
  ['TREYRESEARCH D.O.O.', 'Treyresearch doo'],
  ['Relecloud d.o.o.', 'Relecloud'],
] as const;

test('a company is found by name under the legal form that only HubSpot has, with few searches', async () => {
  const crm = await startCrm();
  const { companies } = crm.seed({ companies: names.map(([name]) => ({ properties: { name } })) });
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/companies/sync', {
    companies: names.map(([, name], index) => ({ externalId: `e${index}`, name })),
  });

  expect(body.results.map(({ crmId }: { crmId: string }) => crmId)).toEqual(companies);
  expect(crm.log.filter(({ path }) => path.endsWith('/search')).length).toBeLessThanOrEqual(10);
});

test('a name that a request has in two spellings is searched for in both', async () => {
  const crm = await startCrm();
  const { companies } = crm.seed({ companies: [{ properties: { name: 'Peñón' } }] });
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/companies/sync', {
    companies: ['Penon', 'Peñón'].map((name, index) => ({ externalId: `e${index}`, name })),
  });

  expect(body.results.map(({ crmId }: { crmId: string }) => crmId)).toEqual([companies[0], companies[0]]);
});

const accented = ['Café', 'Gé', 'Peñón Ribera', 'Müller GmbH', 'Ströbel & Söhne'];
const plain = ['Cafe', 'GE', 'penon ribera', 'Muller', 'Strobel & Sohne'];

test('a bridge that remembers companies finds them by name in the same spellings as one that has just started', async () => {
  const crm = await startCrm();
  const warm = await startBridgeOn(crm, { IDENTITY_INDEX: 'off' });
  const named = (names: readonly string[]) => ({ companies: names.map((name) => ({ externalId: name, name })) });
  const created = await warm.send('POST', '/companies', named(accented));
  const cold = await startBridgeOn(crm, { IDENTITY_INDEX: 'off' });

  const synced = [];
  // Again, because a search may change what the bridge remembers.
  for (const names of [plain, accented, plain, accented]) {
    const asked = { companies: names.map((name, at) => ({ externalId: `asked-${at}`, name })) };
    const [remembered, fresh] = [
      await warm.send('POST', '/companies/sync', asked),
      await cold.send('POST', '/companies/sync', asked),
    ];
    expect(remembered.body).toEqual(fresh.body);
    synced.push(remembered.body.results.map(({ crmId }: { crmId: string }) => crmId));
  }

  const ids = created.body.results.map(({ crmId }: { crmId: string }) => crmId);
  expect(synced).toEqual([[], ids, [], ids]);
});

test('a name in two spellings that two requests ask for at once is found only in the one that search finds', async () => {
  const crm = await startCrm();
  const { companies } = crm.seed({ companies: accented.map((name) => ({ properties: { name } })) });
  const { send } = await startBridgeOn(crm, { IDENTITY_INDEX: 'off' });
  const ask = async (name: string) => {
    const { body } = await send('POST', '/companies/sync', { companies: [{ externalId: name, name }] });
    return body.results.map(({ crmId }: { crmId: string }) => crmId);
  };

  const answers = await Promise.all([...plain, ...accented, ...plain].map(ask));

  expect(answers).toEqual([...plain.map(() => []), ...companies.map((id) => [id]), ...plain.map(() => [])]);
});

test('a name for which not every spelling was searched is reported and logged', async () => {
  const crm = await startCrm();
  const { send, log } = await startBridgeOn(crm, { MATCH_EXTRA_SEARCHES: '1' });

  const { body } = await send('POST', '/companies/sync', {
    companies: names.map(([, name], index) => ({ externalId: `e${index}`, name })),
  });

  expect(body.results).toEqual([]);
  expect(body.notMatched.at(-1)).toEqual({
    externalId: 'e11',
    reasons: ['name was searched for in its usual spellings only'],
  });
  expect(log.entries).toContainEqual(
    expect.objectContaining({ rule: 'name', keys: body.notMatched.length, msg: expect.stringContaining('spellings') }),
  );
});

/** As HubSpot holds it, and as Enginy sends it: the forms are related, or of one script. */
const related = [
  ['Zed Ltd.', 'Zed Limited'],
  ['Zeta Limited', 'Zeta Ltd.'],
  ['Yota Private Limited', 'Yota Pvt Ltd'],
  ['Kappa Co. KG', 'Kappa GmbH & Co. KG'],
  ['Lambda', 'Lambda Co. KG'],
  ['Omega Corporation', 'Omega Inc.'],
  ['Sigma Co', 'Sigma Corp'],
  ['Theta S.A. de C.V.', 'Theta SA de CV'],
  ['Iota, S.A. de C.V.', 'Iota S. de R.L. de C.V.'],
  ['Delta Sp. z o.o.', 'Delta Spółka z o.o.'],
  ['Gamma A/S', 'Gamma ApS'],
  ['Oy Fazer Ab', 'Fazer Oyj'],
  ['Rho Kft.', 'Rho Zrt.'],
  ['Tau Eireli', 'Tau LTDA ME'],
  ['SARL Dupont', 'Dupont S.A.R.L.'],
  ['Société Générale, S.A.', 'Société Générale S/A'],
  ['Ups a.s.', 'Ups s.r.o.'],
  ['Phi d.o.o.', 'd.o.o. Phi'],
  ['Koç A.Ş.', 'Koç Anonim Şirketi'],
  ['ООО «Ромашка»', 'Ромашка ООО'],
  ['Берёза', 'ЗАО Берёза'],
  ['株式会社トヨタ', 'トヨタ株式会社'],
  ['山田有限会社', '山田'],
  ['腾讯', '腾讯股份有限公司'],
  ['주식회사 삼성', '삼성'],
  ['㈱本田', '本田（株）'],
] as const;

test('a company is found under a related legal form without searches beyond the usual ones', async () => {
  const crm = await startCrm();
  const { companies } = crm.seed({ companies: related.map(([name]) => ({ properties: { name } })) });
  const { send } = await startBridgeOn(crm, { MATCH_EXTRA_SEARCHES: '0', IDENTITY_INDEX: 'off' });

  const { body } = await send('POST', '/companies/sync', {
    companies: related.map(([, name], index) => ({ externalId: `e${index}`, name })),
  });

  const found = new Map(body.results.map(({ externalId, crmId }: Record<string, string>) => [externalId, crmId]));
  expect(related.filter((_pair, at) => found.get(`e${at}`) !== companies[at])).toEqual([]);
});

test('a word that is a legal form elsewhere stays a word of a name', async () => {
  const crm = await startCrm();
  const pairs = [
    ['Institute', 'SAS Institute'],
    ['InBev', 'AB InBev'],
    ['Roma', 'AS Roma'],
    ['Solutions', 'PT Solutions'],
    ['Blue Lagoon', 'Blue Lagoon Spa'],
    ['Marks', 'Marks und'],
  ];
  crm.seed({ companies: pairs.map(([name = '']) => ({ properties: { name } })) });
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/companies/sync', {
    companies: pairs.map(([, name], index) => ({ externalId: `e${index}`, name })),
  });

  expect(body.results).toEqual([]);
});

test('captures keep every word of the legal forms that are searched for', () => {
  const words = `${legalForms.searched}|${legalForms.searchedNext}|${legalForms.families.join('|')}`
    .split(/[|~\s,]+/)
    .filter((word) => /\p{L}/u.test(word));

  expect(words).toContain('gmbh');
  for (const word of words) expect(foldedForms, word).toContain(foldText(word.replace(/[./()]/g, '')));
});
