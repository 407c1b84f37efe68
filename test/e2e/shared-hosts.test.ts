import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

/** Pages of two companies on one platform. */
const pages: readonly [page: string, other: string][] = [
  ['https://www.facebook.com/barpepe', 'facebook.com/tabernajuan'],
  ['es-es.facebook.com/barpepe', 'https://m.facebook.com/tabernajuan?ref=x'],
  ['linktr.ee/barpepe', 'https://linktr.ee/tabernajuan'],
  ['https://sites.google.com/view/barpepe', 'sites.google.com/view/tabernajuan'],
  ['https://www.google.com/maps/place/Bar+Pepe', 'https://google.com/maps/place/Taberna'],
  ['linkedin.com/company/barpepe', 'https://es.linkedin.com/company/tabernajuan'],
  ['https://www.crunchbase.com/organization/bar', 'crunchbase.com/organization/taberna'],
  ['instagram.com/barpepe', 'https://www.instagram.com/tabernajuan/'],
  ['https://x.com/barpepe', 'x.com/tabernajuan'],
  ['https://wa.me/34600111222', 'wa.me/34600111223'],
  ['t.me/barpepe', 'https://t.me/tabernajuan'],
  ['https://www.etsy.com/shop/barpepe', 'etsy.com/shop/tabernajuan'],
  ['https://www.amazon.es/stores/bar', 'amazon.es/stores/taberna'],
  ['booking.com/hotel/es/pepe.html', 'https://www.booking.com/hotel/es/juan.html'],
  ['https://www.doctolib.fr/dentiste/pepe', 'doctolib.fr/dentiste/juan'],
  ['https://www.treatwell.es/salon/pepe', 'treatwell.es/salon/juan'],
  ['beacons.ai/barpepe', 'beacons.ai/tabernajuan'],
  ['https://barpepe.wixsite.com/home', 'tabernajuan.wixsite.com/home'],
  ['barpepe.blogspot.com', 'tabernajuan.blogspot.com'],
  ['barpepe.business.site', 'https://tabernajuan.business.site'],
  ['barpepe.github.io', 'tabernajuan.github.io'],
  ['https://barpepe.notion.site/x', 'tabernajuan.notion.site/y'],
  ['wordpress.com', 'https://wordpress.com/tabernajuan'],
  ['https://www.zoominfo.com/c/bar-pepe/1', 'zoominfo.com/c/taberna-juan/2'],
  ['https://www.dnb.com/business-directory/bar', 'dnb.com/business-directory/taberna'],
  ['https://apps.apple.com/app/bar', 'apps.apple.com/app/taberna'],
  ['barpepe.my.canva.site', 'tabernajuan.my.canva.site'],
];

test.each(pages)('%s is no domain, identifies no other company, and is kept', async (page, other) => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);

  const created = await send('POST', '/companies', {
    companies: [
      { externalId: 'a', name: 'Bar Pepe', domain: page },
      { externalId: 'b', name: 'Taberna Juan', domain: other },
    ],
  });
  const synced = await send('POST', '/companies/sync', {
    companies: [{ externalId: 'c', name: 'Casa Paco', domain: other }],
  });

  expect(created.body.results.map(({ warnings }: { warnings: string[] }) => warnings.length)).toEqual([1, 1]);
  const held = crm.records('companies').map(({ properties }) => properties);
  expect(held.map(({ domain = '' }) => domain)).toEqual(['', '']);
  expect(held.map((properties) => properties.enginy_domain)).toEqual([page, other]);
  expect(synced.body.results).toEqual([]);
});

test.each([
  ['bar.wixsite.com', 'https://bar.wixsite.com/home'],
  ['bar.wordpress.com', 'bar.wordpress.com/contact'],
  ['bar.blogspot.com', 'http://bar.blogspot.com'],
  ['bar.github.io', 'bar.github.io/menu'],
  ['bar.myshopify.com', 'www.bar.myshopify.com'],
  ['bar.netlify.app', 'https://bar.netlify.app/'],
  ['bar.notion.site', 'bar.notion.site/x'],
  ['bar.business.site', 'bar.business.site?m=true'],
  ['bar.slack.com', 'https://bar.slack.com'],
  ['bar.carrd.co', 'BAR.carrd.co'],
])('%s joins two new companies neither in one request nor in two', async (one, other) => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const company = (externalId: string, domain: string) => ({ externalId, name: externalId, domain });

  await send('POST', '/companies', { companies: [company('a', one), company('b', other)] });
  await send('POST', '/companies', { companies: [company('c', other)] });

  const held = crm.records('companies').map(({ properties: { name, enginy_domain: kept } }) => [name, kept]);
  expect(held.sort()).toEqual([
    ['a', one],
    ['b', other],
    ['c', other],
  ]);
});

test('a page that is given as the website is kept there, and does not become the domain', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);

  await send('POST', '/companies', {
    companies: [{ externalId: 'a', name: 'Bar Pepe', website: 'https://www.facebook.com/barpepe' }],
  });

  const [company] = crm.records('companies');
  expect(company?.properties.website).toBe('https://www.facebook.com/barpepe');
  expect(company?.properties.domain ?? '').toBe('');
});

test('a platform as the domain of a company in the CRM identifies it to no one', async () => {
  const crm = await startCrm();
  crm.seed({ companies: [{ properties: { name: 'Bar Pepe', domain: 'facebook.com' } }] });
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/companies/sync', {
    companies: [{ externalId: 'a', name: 'Taberna Juan', domain: 'facebook.com/tabernajuan' }],
  });

  expect(body.results).toEqual([]);
});

test('the subdomain of a customer of a site builder identifies the company that holds it as a whole', async () => {
  const crm = await startCrm();
  const [id] = crm.seed({ companies: [{ properties: { name: 'Bar Pepe', domain: 'barpepe.wixsite.com' } }] }).companies;
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/companies/sync', {
    companies: [
      { externalId: 'a', domain: 'https://barpepe.wixsite.com/home' },
      { externalId: 'b', domain: 'tabernajuan.wixsite.com' },
    ],
  });

  expect(body.results).toMatchObject([{ externalId: 'a', crmId: id }]);
  expect(body.results).toHaveLength(1);
});

test.each([
  'acme.com',
  'facebook-marketing.example',
  'notfacebook.com',
  'my-etsy.com',
  'x.company',
  'ebay-consulting.de',
])('%s is a domain like any other', async (domain) => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);

  await send('POST', '/companies', { companies: [{ externalId: 'a', name: 'Acme', domain }] });

  expect(crm.records('companies')[0]?.properties.domain).toBe(domain);
});
