import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot, readSources } from './support/source-files.ts';

const files = readSources('src');
const sandboxFiles = readSources('sandbox');

function placesOf(packageName: string): string[] {
  return files.filter(({ packages }) => packages.includes(packageName)).map(({ path }) => path);
}

test('the OpenTelemetry SDK and the log formatter are loaded only on demand', () => {
  const importers = files.filter(({ text }) =>
    /^import (?!type)[^;]*'(pino-pretty|\.\/otlp-provider\.ts)'/m.test(text),
  );

  expect(importers.map(({ path }) => path)).toEqual([]);
});

test.each([
  ['p-limit', /^crm\/pacing\/lane\.ts$/],
  ['ioredis', /^replicas\/(redis-connection|probe-redis)\.ts$/],
  ['lru-cache', /^bridge\/(matching\/record-id-cache|timeline\/completed-tasks)\.ts$/],
  ['sanitize-html', /^bridge\/timeline\/markup\/html-body\.ts$/],
  ['yaml', /^mapping\/load\/parse-yaml\.ts$/],
  ['@hubspot/api-client', /^crm\/hubspot\//],
  ['express', /^(app\.ts|http\/|console\/)/],
  ['prom-client', /^metrics(?:\.ts$|\/)/],
  ['commander', /^cli\//],
  ['entities', /^capture\/redact\/encodings\.ts$/],
  ['any-ascii', /^mapping\/run\/property-name\.ts$/],
  ['i18n-iso-countries', /^mapping\/values\/country-name\.ts$/],
  [
    'libphonenumber-js',
    /^(mapping\/values\/phones\/phone-number|settings\/environment-schema|capture\/redact\/numbers)\.ts$/,
  ],
  ['tldts', /^(mapping\/values\/web-domain|capture\/redact\/addresses)\.ts$/],
  ['helmet', /^(app|console\/security-headers)\.ts$/],
  ['pino-http', /^http\/request-log\.ts$/],
  ['nock', /^capture\/replay\/intercept-crm\.ts$/],
  ['pino-pretty', /^pretty-output\.ts$/],
  ['@opentelemetry/api', /^tracing\//],
  ['@opentelemetry/sdk-trace', /^tracing\/otlp-provider\.ts$/],
  ['@opentelemetry/resources', /^tracing\/otlp-provider\.ts$/],
  ['@opentelemetry/exporter-trace-otlp-http', /^tracing\/otlp-provider\.ts$/],
  ['pino', /^(logger|app|serve|run|http\/request-log|capture\/replay\/replay-capture)\.ts$/],
])('%s is imported only where it belongs', (packageName, place) => {
  const places = placesOf(packageName);

  expect(places.length).toBeGreaterThan(0);
  expect(places.filter((path) => !place.test(path))).toEqual([]);
});

/** What records, links and properties of HubSpot build on. They do not know each other. */
const hubSpotCommon = ['crm/crm-problem.ts', 'crm/hubspot/calls/', 'crm/hubspot/problems/', 'crm/hubspot/transport/'];

const captureCommon = ['capture/', 'process/lower-priority.ts', 'mapping/', 'crm/crm-protocol.ts'];

/** What serves requests, and what it builds on. */
const requestCommon = [
  'bridge/',
  'mapping/',
  'crm/clock.ts',
  'crm/crm.ts',
  'crm/crm-problem.ts',
  'crm/deadline.ts',
  'crm/time-zone.ts',
  'errors.ts',
  'logger.ts',
];

/** Folder → the folders and files of src that it may import from, itself always. The longest folder that fits decides. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'contract/': ['errors.ts'],
  'mapping/values/': ['mapping/data/'],
  'mapping/transforms/': ['mapping/values/'],
  'mapping/schema/': ['mapping/data/', 'mapping/transforms/', 'mapping/values/'],
  'mapping/run/': ['mapping/schema/', 'mapping/transforms/', 'mapping/values/'],
  'mapping/load/': ['mapping/run/', 'mapping/schema/', 'mapping/transforms/', 'mapping/values/'],
  'mapping/check/': ['mapping/load/', 'mapping/run/', 'mapping/schema/', 'mapping/transforms/', 'mapping/values/'],
  'crm/hubspot/': ['crm/', 'errors.ts', 'logger.ts'],
  'crm/hubspot/transport/': [
    'crm/pacing/bounded-wait.ts',
    'crm/pacing/budget.ts',
    'crm/clock.ts',
    'crm/crm.ts',
    'crm/pacing/lanes.ts',
    'crm/pacing/paced-call.ts',
    'crm/pacing/pacer.ts',
    'crm/pacing/retry.ts',
    'errors.ts',
  ],
  'crm/hubspot/calls/': ['crm/hubspot/transport/', 'crm/crm.ts', 'errors.ts'],
  'crm/hubspot/problems/': [
    'crm/hubspot/calls/',
    'crm/hubspot/transport/',
    'crm/crm.ts',
    'crm/crm-problem.ts',
    'errors.ts',
  ],
  'crm/hubspot/records/': [...hubSpotCommon, 'crm/crm.ts', 'crm/requirement-store.ts', 'errors.ts'],
  'data-dir/': ['bridge/timeline/owner-directory.ts', 'crm/crm.ts', 'crm/requirement-store.ts', 'config.ts'],
  'crm/hubspot/links/': [...hubSpotCommon, 'crm/crm.ts', 'errors.ts'],
  'crm/hubspot/protocol/': [
    'crm/hubspot/transport/api-versions.ts',
    'crm/crm-protocol.ts',
    'crm/crm.ts',
    'crm/pacing/lanes.ts',
  ],
  'crm/hubspot/properties/': [...hubSpotCommon, 'crm/crm.ts', 'crm/pacing/pacer.ts', 'errors.ts'],
  'crm/': ['errors.ts', 'logger.ts'],
  'crm/pacing/': ['crm/clock.ts', 'crm/crm.ts', 'errors.ts', 'logger.ts'],
  'bridge/': [...requestCommon, 'contract/'],
  'bridge/concurrency/': ['bridge/', 'crm/crm.ts', 'crm/crm-problem.ts', 'crm/deadline.ts', 'errors.ts', 'logger.ts'],
  'bridge/lookups/': requestCommon,
  'bridge/writes/': ['bridge/', 'mapping/', 'crm/crm.ts', 'crm/crm-problem.ts', 'contract/', 'errors.ts', 'logger.ts'],
  'bridge/properties/': requestCommon,
  'bridge/matching/': [...requestCommon, 'contract/'],
  'bridge/records/': [...requestCommon, 'contract/'],
  'bridge/timeline/': [...requestCommon, 'contract/'],
  'bridge/timeline/markup/': [],
  'replicas/claims/': [
    'replicas/redis-connection.ts',
    'replicas/redis-digest.ts',
    'bridge/concurrency/claims.ts',
    'crm/deadline.ts',
    'errors.ts',
    'logger.ts',
  ],
  'server/': ['config.ts', 'logger.ts', 'metrics.ts', 'settings/api-key-list.ts'],
  'replicas/': [
    'bridge/concurrency/claims.ts',
    'bridge/decisions.ts',
    'bridge/properties/creation-refusals.ts',
    'bridge/matching/record-id-cache.ts',
    'bridge/timeline/owner-directory.ts',
    'crm/',
    'identity/identity-store.ts',
    'errors.ts',
    'logger.ts',
  ],
  'http/': [...requestCommon, 'contract/'],
  'reasons/': ['bridge/decisions.ts', 'journal/journal.ts', 'mapping/'],
  'identity/': [
    'bridge/identity-index.ts',
    'config.ts',
    'sqlite/',
    'mapping/',
    'crm/clock.ts',
    'crm/crm.ts',
    'crm/deadline.ts',
    'errors.ts',
    'logger.ts',
  ],
  'journal/': ['bridge/decisions.ts', 'sqlite/', 'process/lower-priority.ts', 'config.ts', 'logger.ts'],
  'metrics/': ['bridge/identity-index.ts'],
  'sqlite/': [],
  // stop-process.ts stops what serve.ts started.
  'process/': ['crm/clock.ts', 'logger.ts', 'serve.ts'],
  'settings/': [
    'crm/hubspot/transport/api-versions.ts',
    'environment.ts',
    'http/body/body-limits.ts',
    'mapping/values/nearest-word.ts',
  ],
  'doctor/': [
    'identity/',
    'live-check/',
    'mapping/',
    'replicas/probe-redis.ts',
    'server/certificate.ts',
    'settings/api-key-list.ts',
    'crm/crm.ts',
    'crm/requirement-store.ts',
    'config.ts',
    'errors.ts',
    'json.ts',
    'version.ts',
  ],
  'console/': [
    'bridge/decisions.ts',
    'capture/',
    'contract/',
    'crm/crm-protocol.ts',
    'crm/crm.ts',
    'crm/deadline.ts',
    'crm/hubspot/observed-responses.ts',
    'crm/hubspot/property-rules.ts',
    'crm/hubspot/protocol/',
    'crm/hubspot/scopes.ts',
    'crm/hubspot/transport/api-versions.ts',
    'crm/hubspot/transport/exchange.ts',
    'crm/pacing/lane.ts',
    'crm/pacing/pacer.ts',
    'doctor/',
    'explain/',
    'http/request-meter.ts',
    'journal/',
    'live-check/',
    'mapping/',
    'process/lower-priority.ts',
    'reasons/',
    'replicas/replica-board.ts',
    'settings/console-settings.ts',
    'config.ts',
    'create-bridge.ts',
    'errors.ts',
    'live-mappings.ts',
    'logger.ts',
    'bridge/identity-index.ts',
    'version.ts',
  ],
  'console/access/': ['config.ts', 'data-dir/replace-file.ts', 'logger.ts', 'settings/setting-kinds.ts'],
  'console/html/': ['console/access/'],
  'startup/': [
    'bridge/properties/',
    'crm/crm.ts',
    'crm/crm-problem.ts',
    'crm/deadline.ts',
    'live-check/',
    'live-mappings.ts',
    'logger.ts',
  ],
  'conformance/': [],
  'init/': ['mapping/', 'crm/crm.ts'],
  'duplicates/': ['mapping/', 'crm/crm.ts', 'errors.ts'],
  'tracing/': ['crm/crm.ts', 'crm/hubspot/transport/exchange.ts', 'http/', 'logger.ts', 'version.ts'],
  'portal-schema/': ['crm/crm.ts', 'crm/time-zone.ts', 'errors.ts'],
  'live-check/': ['mapping/', 'crm/crm.ts', 'crm/requirement-store.ts', 'errors.ts'],
  'explain/': ['bridge/', 'mapping/', 'contract/', 'crm/crm.ts', 'errors.ts', 'logger.ts'],
  'capture/redact/': ['mapping/', 'contract/', 'crm/crm-protocol.ts'],
  'capture/inspect/': ['capture/', 'crm/crm-protocol.ts'],
  'capture/record/': [...captureCommon, 'bridge/', 'crm/crm.ts', 'config.ts', 'logger.ts', 'version.ts'],
  'capture/replay/': [
    ...captureCommon,
    'app.ts',
    'create-bridge.ts',
    'bridge/',
    'crm/clock.ts',
    'crm/crm.ts',
    'crm/pacing/pacer.ts',
    'errors.ts',
    'logger.ts',
  ],
  'capture/': ['contract/', 'crm/crm-protocol.ts', 'crm/hubspot/captured-hubspot.ts'],
};

/** Folder → rooms beside or above it that it must not know: within a house the arrows go one way. */
const mustNotImport: Readonly<Record<string, readonly string[]>> = {
  'bridge/': [
    'bridge/concurrency/',
    'bridge/lookups/',
    'bridge/writes/',
    'bridge/properties/',
    'bridge/matching/',
    'bridge/records/',
    'bridge/timeline/',
  ],
  'bridge/concurrency/': [
    'bridge/lookups/',
    'bridge/writes/',
    'bridge/properties/',
    'bridge/matching/',
    'bridge/records/',
    'bridge/timeline/',
  ],
  'bridge/lookups/': [
    'bridge/writes/',
    'bridge/properties/',
    'bridge/matching/',
    'bridge/records/',
    'bridge/timeline/',
  ],
  'bridge/writes/': ['bridge/properties/', 'bridge/matching/', 'bridge/records/', 'bridge/timeline/'],
  'bridge/properties/': ['bridge/matching/', 'bridge/records/', 'bridge/timeline/'],
  'bridge/matching/': ['bridge/records/', 'bridge/timeline/'],
  'bridge/records/': ['bridge/timeline/'],
  'crm/': ['crm/hubspot/'],
  'capture/': ['capture/inspect/', 'capture/record/', 'capture/redact/', 'capture/replay/'],
  'capture/inspect/': ['capture/record/', 'capture/replay/'],
  'capture/record/': ['capture/inspect/', 'capture/replay/'],
  'capture/replay/': ['capture/inspect/', 'capture/record/'],
};

test.each(Object.entries(mayImport))('%s imports in one direction only', (folder, allowed) => {
  const within = files.filter(({ path }) => path.startsWith(folder) && isInnermost(path, folder));
  const strays = within.flatMap(({ path, imports }) =>
    imports
      .filter(
        (target) =>
          ![
            folder,
            'chunks.ts',
            'clipped.ts',
            'counted.ts',
            'in-slices.ts',
            'json.ts',
            'next-turn.ts',
            'regular-file.ts',
            ...allowed,
          ].some((prefix) => target.startsWith(prefix)) ||
          mustNotImport[folder]?.some((prefix) => target.startsWith(prefix)),
      )
      .map((target) => `${path} → ${target}`),
  );

  expect(within.length).toBeGreaterThan(0);
  expect(strays).toEqual([]);
});

test('only serve.ts and the console command import the console', () => {
  const importers = files.filter(
    ({ path, imports }) => !path.startsWith('console/') && imports.some((target) => target.startsWith('console/')),
  );

  expect(importers.map(({ path }) => path).sort()).toEqual(['cli/commands/console-command.ts', 'serve.ts']);
});

test('captures know a CRM through one module of its folder, named in one place', () => {
  const known = files
    .filter(({ path }) => path.startsWith('capture/'))
    .flatMap(({ path, imports }) =>
      imports.filter((target) => target.startsWith('crm/hubspot/')).map((target) => `${path} → ${target}`),
    );

  expect(known).toEqual(['capture/captured-crm.ts → crm/hubspot/captured-hubspot.ts']);
});

/** `crm/hubspot/x.ts` is judged by the rule of `crm/hubspot/`, not by that of `crm/`. */
function isInnermost(path: string, folder: string): boolean {
  return !Object.keys(mayImport).some((other) => other.length > folder.length && path.startsWith(other));
}

test('only commands import commands', () => {
  const strays = files.filter(
    ({ path, imports }) => !path.startsWith('cli/') && imports.some((target) => target.startsWith('cli/')),
  );

  expect(files.some(({ path }) => path.startsWith('cli/'))).toBe(true);
  expect(strays.map(({ path }) => path)).toEqual([]);
});

test('the embedded CRM imports nothing from the bridge', () => {
  const strays = sandboxFiles.flatMap(({ path, imports, packages }) =>
    [...imports.filter((target) => target.startsWith('..')), ...packages].map((target) => `${path} → ${target}`),
  );

  expect(sandboxFiles.length).toBeGreaterThan(0);
  expect(strays).toEqual([]);
});

test.each([
  ['src', files],
  ['sandbox', sandboxFiles],
])('%s has no import cycle, types included', (_house, sources) => {
  const imports = new Map(sources.map((file) => [file.path, file.imports]));
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push([...trail.slice(start), path].join(' → '));
    if (start >= 0 || done.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);

  expect(circles).toEqual([]);
});

/** The numbered list below a heading of ARCHITECTURE.md: the first file that each step names. */
function stepsOf(heading: string): string[] {
  const text = readFileSync(join(projectRoot, 'ARCHITECTURE.md'), 'utf8');
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\d+\. `src\/([\w./-]+)`/gm)].map(([, path]) => path ?? '');
}

test.each([
  ['POST /contacts/sync', 7],
  ['PUT /contacts with an engagement field', 9],
])('the path of %s to the HubSpot call has at most %i files, each reachable from an earlier one', (heading, most) => {
  const steps = stepsOf(heading);
  const importsOf = (path: string | undefined) => files.find((file) => file.path === path)?.imports ?? [];
  // "Go to implementation" leads from the port to a file that imports it.
  const isReached = (path: string, at: number) =>
    steps.slice(0, at).some((earlier) => importsOf(earlier).includes(path)) ||
    (steps[at - 1] === 'crm/crm.ts' && importsOf(path).includes('crm/crm.ts'));

  expect(steps.length).toBeGreaterThan(1);
  expect(steps.length).toBeLessThanOrEqual(most);
  expect(steps.slice(1).filter((path, index) => !isReached(path, index + 1))).toEqual([]);
  expect(steps.at(-1)).toBe('crm/hubspot/transport/transport.ts');
});
