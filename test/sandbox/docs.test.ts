import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { callKinds } from '../../sandbox/http/call-kind.ts';
import { switchChoices } from '../../sandbox/switches.ts';
import { startPortal } from './conformance/portal.ts';

const page = readFileSync('docs/sandbox.md', 'utf8');

test('documents every switch with its choices in their order', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (`.*?`) \| /gm)].map(([, name = '', choices = '']) => [
    name,
    choices.split(', ').map((choice) => choice.replaceAll('`', '')),
  ]);

  expect(Object.fromEntries(rows)).toEqual(switchChoices);
});

test('documents every kind of call', () => {
  const [, listed = ''] = /Kinds of calls: ([^.]*)\./.exec(page) ?? [];

  expect([...listed.matchAll(/`([\w-]+)`/g)].map(([, kind]) => kind)).toEqual([...callKinds]);
});

test('documents every admin call', async () => {
  const { sandbox } = await startPortal();
  const response = await fetch(`${sandbox.url}/__sandbox`);
  const { calls } = (await response.json()) as { calls: string[] };

  const documented = [...page.matchAll(/^\| `([A-Z]+ \/__sandbox[^`]*)` \|/gm)].map(([, call]) => call);

  expect(documented).toEqual(calls);
});

test.each([
  'status',
  'html',
  'reset',
  'hang',
  'done-then-status',
  'done-then-reset',
  'done-then-hang',
  'slow-body',
  'malformed-json',
  'no-content-type',
  'silent-success',
])('documents the fault %s, which can be armed', async (kind) => {
  const { sandbox } = await startPortal();

  sandbox.faults.add({ action: { kind, status: 500, ms: 1 } } as never);

  const [, actions = ''] = /\| Action \|[^\n]*\n([\s\S]*?)\n\n/.exec(page) ?? [];
  expect(actions).toContain(`\`${kind}\``);
});
