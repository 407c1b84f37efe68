import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRegression } from '../../src/capture/replay/regression.ts';
import type { EntryView } from '../../src/console/records/entry-view.ts';
import { curlCommand } from '../../src/console/requests/curl-command.ts';
import { showRequest } from '../../src/console/requests/show-request.ts';
import { viewCapture } from '../../src/console/requests/view-capture.ts';
import { hubSpotProtocol } from '../../src/crm/hubspot/protocol/hubspot-protocol.ts';

const file = join(import.meta.dirname, '../regressions/ambiguous-match.json');
/** The page around it takes the rest of 60 kB. */
const maxBytes = 57_000;

/** A record of which everything that can be said is said. */
function entryOf(n: number): EntryView {
  const heldBack = Array.from({ length: 8 }, (_unused, field) => ({
    why: `field${field} → property${field}: "Fintech & Partner" is none of the options`,
    remedy: 'add the option in HubSpot, or map the value in contacts.yaml:12',
  }));
  return {
    requestId: 'large',
    position: 7,
    at: 0,
    endpoint: 'PUT /contacts',
    object: 'contacts',
    externalId: `lead-${n}`,
    crmId: String(50_000_000_000 + n),
    outcome: 'updated',
    status: 'warning',
    summary: `contact lead-${n} updated`,
    advice: [],
    search: [],
    written: ['jobtitle', 'phone', 'city'],
    created: [],
    heldBack,
  };
}

function largePage(value: string, showsValues: boolean): string {
  const { capture } = readRegression(file);
  const contacts = Array.from({ length: 3_000 }, (_unused, n) => ({ externalId: `lead-${n}`, title: value }));
  const [exchange] = capture.exchanges;
  if (exchange === undefined) throw new Error('the regression has no call');
  const large = {
    ...capture,
    personalData: 'kept' as const,
    request: { ...capture.request, body: { contacts } },
    exchanges: Array.from({ length: 60 }, () => ({ ...exchange, body: { inputs: contacts }, response: { contacts } })),
  };
  const view = {
    request: {
      requestId: 'large',
      position: 7,
      at: 0,
      endpoint: 'PUT /contacts',
      status: 200,
      durationMs: 9_000,
      replica: 'r1',
      outcomes: { updated: 3_000 },
      heldBack: 3_000,
    },
    others: [],
    entries: Array.from({ length: 100 }, (_unused, n) => entryOf(n)),
    records: 3_000,
    advice: [],
    capture: viewCapture(hubSpotProtocol, { name: 'large.json', capture: large }, { showsValues }),
    curl: curlCommand({ ...large, request: { ...large.request, body: { contacts: contacts.slice(0, 50) } } }) ?? '',
    mappingFiles: ['activities.yaml', 'companies.yaml', 'contacts.yaml', 'tasks.yaml'],
    isMappingChanged: false,
  };
  const parts = { formToken: 'token', canReplay: true, canShowValues: true, isCaptureOn: true };
  return showRequest(view, {
    ...parts,
    linkOf: (_object, id) => `https://app.hubspot.com/contacts/1/${id}`,
  }).toString();
}

test.each([
  ['a word', 'Engineer'],
  ['quotes, which a page escapes', '"""\'\'\'&&&<<<"""'],
  ['letters of several bytes', '漢字'.repeat(40)],
  ['pairs of code units', '😀'.repeat(60)],
])('a request of 3,000 records stays below 60 kB, with values of %s', (_kind, value) => {
  for (const showsValues of [false, true]) {
    const page = largePage(value, showsValues);

    expect(Buffer.byteLength(page)).toBeLessThan(maxBytes);
    expect(page).toMatch(/: \d+ of 3000, those that failed first/);
    expect(page).toContain('the first 25 of 60');
    expect(page.includes('more characters')).toBe(showsValues);
    expect(page).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  }
});
