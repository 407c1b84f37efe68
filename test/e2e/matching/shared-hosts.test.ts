import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

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
  ['https://www.walmart.com/seller/101', 'walmart.com/seller/102'],
  ['https://www.walmart.ca/en/seller/101', 'walmart.ca/en/seller/102'],
  ['ionos.com/sites/barpepe', 'https://ionos.com/sites/tabernajuan'],
  ['https://v0.dev/chat/barpepe', 'v0.dev/chat/tabernajuan'],
  ['lovable.dev/projects/1', 'https://lovable.dev/projects/2'],
  ['barpepe.lovable.app', 'https://tabernajuan.lovable.app'],
  ['https://www.amazon.co.jp/s?me=A1', 'amazon.co.jp/s?me=A2'],
  ['amazon.com.co/stores/bar', 'amazon.com.co/stores/taberna'],
  ['https://www.etsy.nl/shop/bar', 'etsy.nl/shop/taberna'],
  ['https://allegro.pl/uzytkownik/bar', 'allegro.pl/uzytkownik/taberna'],
  ['https://listado.mercadolibre.com.ec/bar', 'perfil.mercadolibre.com.ec/TABERNA'],
  ['https://www.rakuten.co.jp/bar/', 'item.rakuten.co.jp/taberna/1'],
  ['https://flipkart.com/bar', 'flipkart.com/taberna'],
  ['https://maps.apple.com/?q=Bar', 'maps.apple.com/place?q=Taberna'],
  ['tr.ee/bar', 'https://tr.ee/taberna'],
  ['https://play.google.com/store/apps/details?id=a', 'play.google.com/store/apps/details?id=b'],
  ['https://gitee.com/bar', 'gitee.com/taberna'],
  ['https://www.ziprecruiter.com/co/Bar', 'ziprecruiter.com/co/Taberna'],
  ['glassdoor.sg/Overview/bar', 'https://www.glassdoor.sg/Overview/taberna'],
  ['https://allevents.in/org/bar', 'allevents.in/org/taberna'],
  ['https://www.leetchi.com/c/bar', 'leetchi.com/c/taberna'],
  ['https://birdeye.com/bar-1', 'birdeye.com/taberna-2'],
];

test('pages on shared platforms are not domains, do not identify another company, and are kept', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const sent = pages.flatMap(([page, other], at) => [
    { externalId: `a${at}`, name: `Bar Pepe ${at}`, domain: page },
    { externalId: `b${at}`, name: `Taberna Juan ${at}`, domain: other },
  ]);

  const created = await send('POST', '/companies', { companies: sent });
  const synced = await send('POST', '/companies/sync', {
    companies: sent.map(({ domain }, at) => ({ externalId: `c${at}`, name: `Casa Paco ${at}`, domain })),
  });

  const { results } = created.body;
  expect(results.filter(({ warnings = [] }: { warnings?: string[] }) => warnings.length !== 1)).toEqual([]);
  const held = new Map(crm.records('companies').map(({ id, properties }) => [id, properties]));
  expect(results.map(({ crmId }: { crmId: string }) => held.get(crmId)?.enginy_domain)).toEqual(
    sent.map(({ domain }) => domain),
  );
  expect([...held.values()].map(({ domain = '' }) => domain).filter((domain) => domain !== '')).toEqual([]);
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

test('hosts that only look like platforms, and those of companies that are also platforms, are domains', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const domains: readonly [sent: string, held: string][] = [
    ['acme.com', 'acme.com'],
    ['facebook-marketing.example', 'facebook-marketing.example'],
    ['notfacebook.com', 'notfacebook.com'],
    ['my-etsy.com', 'my-etsy.com'],
    ['x.company', 'x.company'],
    ['ebay-consulting.de', 'ebay-consulting.de'],
    ['amazon.acme.example', 'amazon.acme.example'],
    ['google.community', 'google.community'],
    ['https://www.walmart.com', 'walmart.com'],
    ['ionos.com/', 'ionos.com'],
    ['https://lovable.dev/about', 'lovable.dev'],
    ['https://v0.dev', 'v0.dev'],
    ['https://stripe.com/en-gb', 'stripe.com'],
    ['https://zapier.com/es/contact-us/?utm=x', 'zapier.com'],
  ];

  await send('POST', '/companies', {
    companies: domains.map(([domain], at) => ({ externalId: `a${at}`, name: `Acme ${at}`, domain })),
  });

  expect(crm.records('companies').map(({ properties }) => properties.domain)).toEqual(domains.map(([, held]) => held));
});

test('the domain of a platform belongs to the company of that name, and to no other', async () => {
  const own = [
    ['Booking.com', 'https://www.booking.com/', 'booking.com'],
    ['Apollo.io', 'apollo.io', 'apollo.io'],
    ['Clay Inc.', 'clay.com', 'clay.com'],
    ['Google LLC', 'google.com', 'google.com'],
    ['Amazon', 'amazon.es', 'amazon.es'],
    ['Walmart Inc.', 'walmart.com', 'walmart.com'],
  ] as const;
  const others = [
    ['Hotel Pepe', 'booking.com'],
    ['Hotel Juan', 'booking.com'],
    ['Google', 'google.com/maps/place/1'],
    ['Google Maps', 'maps.google.com'],
    ['Clay Pottery', 'https://clay.com'],
  ] as const;
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const record = (id: string, [name, domain]: readonly [string, string, ...string[]]) => ({
    externalId: id,
    name,
    domain,
  });
  const companies = [...own, ...others].map((each, at) => record(`a${at}`, each));

  const created = await send('POST', '/companies', { companies });
  const again = await send('POST', '/companies', { companies: own.map((each, at) => record(`b${at}`, each)) });
  const cold = await startBridgeOn(crm);
  const asked = own.map(([name, domain], at) => ({ externalId: `c${at}`, name: `${name}`, domain }));
  const synced = await cold.send('POST', '/companies/sync', { companies: asked });

  const ids = (answer: { body: { results: { crmId: string }[] } }) => answer.body.results.map(({ crmId }) => crmId);
  expect(new Set(ids(created)).size).toBe(companies.length);
  expect([ids(again), ids(synced)]).toEqual([ids(created).slice(0, own.length), ids(created).slice(0, own.length)]);
  const held = new Map(crm.records('companies').map(({ id, properties }) => [id, properties]));
  expect(ids(created).map((id) => [held.get(id)?.domain, held.get(id)?.enginy_domain])).toEqual([
    ...own.map(([, , domain]) => [domain, undefined]),
    ...others.map(([, domain]) => [undefined, domain]),
  ]);
  const warned = created.body.results.map(({ warnings = [] }: { warnings?: string[] }) => warnings.length > 0);
  expect(warned).toEqual([...own.map(() => false), ...others.map(() => true)]);
});
