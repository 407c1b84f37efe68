import { expect, test } from 'vitest';
import legalForms from '../../../src/mapping/data/legal-forms.json' with { type: 'json' };
import { legalForms as foldedForms } from '../../../src/mapping/values/company-name.ts';
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

test('a company is found by name under the legal form that only HubSpot has, at few searches', async () => {
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

test('a name that not every spelling was searched for is said and logged', async () => {
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

test('captures keep every word of the legal forms that are searched for', () => {
  const words = `${legalForms.searched}|${legalForms.searchedNext}`
    .split(/[|\s,]+/)
    .filter((word) => /\p{L}/u.test(word));

  for (const word of words) expect(foldedForms, word).toContain(word.replace(/[.()]/g, ''));
});
