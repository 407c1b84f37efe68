import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRegression } from '../../src/capture/replay/regression.ts';
import type { EntryView } from '../../src/console/records/entry-view.ts';
import { curlCommand } from '../../src/console/requests/curl-command.ts';
import { showFindings, showSource } from '../../src/console/mapping/mapping-screen.ts';
import type { Cause } from '../../src/console/problems/group-causes.ts';
import { showProblems } from '../../src/console/problems/problems-screen.ts';
import { showTimeline } from '../../src/console/records/show-entries.ts';
import { showRequest } from '../../src/console/requests/show-request.ts';
import { showRequests } from '../../src/console/requests/requests-screen.ts';
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
  const lines = Array.from({ length: 60 }, () => `changed update contacts: ${value.repeat(100)}`);
  const replay = {
    mapping: 'the current mapping files',
    isSame: false,
    lines,
    status: 200,
    trouble: value.repeat(200),
  };
  const parts = { formToken: 'token', canReplay: true, canShowValues: true, isCaptureOn: true, replay };
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
    expect(page).toContain('Different from the capture');
    expect(page).toMatch(/: \d+ of 3000, those that failed first/);
    expect(page).toContain('the first 25 of 60');
    expect(page.includes('more characters')).toBe(showsValues);
    expect(page).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  }
});

test('long lists stay below 60 kB, and show that there is more', () => {
  const cause = (key: string, kind: Cause['kind']): Cause => ({
    key,
    kind,
    endpoint: 'PUT /contacts',
    what: 'w'.repeat(200),
    remedy: 'r'.repeat(200),
    records: 1_000_000,
    trend: Array.from({ length: 24 }, (_unused, part) => part * 1_000),
    firstAt: 0,
    lastAt: 0,
    details: [],
  });
  const row = {
    requestId: 'f'.repeat(64),
    at: 0,
    endpoint: 'POST /contacts/sync',
    status: 200,
    durationMs: 100_000,
    records: 100_000,
    failed: 100_000,
    heldBack: 100_000,
    replica: 'enginy-bridge-7f9c4d6b5-x2x4z',
    reason: 'r'.repeat(300),
    isCaptured: true,
  };
  const causes = (['failed', 'held back', 'as the mapping says'] as const).flatMap((kind) =>
    Array.from({ length: 40 }, (_unused, n) => cause(`${kind} ${n}`, kind)),
  );
  const isIgnored = ({ kind, key }: Cause) => kind === 'held back' && key.endsWith('7');
  const mark = { state: 'ignored', user: 'anna', at: 0 } as const;
  const rows = Array.from({ length: 50 }, (_unused, position) => ({ ...row, position }));
  const requests = { isJournalOn: true, rows, olderThan: 1, searched: 50 };
  const pages = [
    showProblems(
      { isJournalOn: true, causes, more: 3, since: 0, now: 0 },
      { span: '24h', markOf: (each) => (isIgnored(each) ? mark : undefined) },
    ),
    showRequests(requests, new URLSearchParams(), []),
    showTimeline(
      'What happened',
      Array.from({ length: 100 }, (_unused, n) => entryOf(n)),
    ),
    showFindings(
      'Findings',
      Array.from({ length: 500 }, (_unused, line) => ({
        file: 'contacts.yaml',
        line,
        column: 1,
        severity: 'error' as const,
        kind: 'unknown-key',
        message: 'm'.repeat(100),
      })),
    ),
    showSource('- { enginy: email, crm: email }\n'.repeat(5_000), []),
  ].map(String);

  for (const page of pages) expect(Buffer.byteLength(page)).toBeLessThan(maxBytes);
  for (const index of [0, 2, 3]) expect(pages[index]).toMatch(/\d+ more rows do not fit this page/);
  expect(pages[4]).toMatch(/… \d+ more lines/);
});
