import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSources } from '../support/source-files.ts';

test('the access rules of docs/operations.md name every command that the bridge sends to Redis, and no other', () => {
  const [, rules = ''] = /Access rules: `~eb:\* ([^`]+)`/.exec(readFileSync('docs/operations.md', 'utf8')) ?? [];
  const source = readSources('src/replicas')
    .filter(({ path }) => path !== 'probe-redis.ts')
    .map(({ text }) => text)
    .join('\n');
  const sent = [...source.matchAll(/redis\.p?call\('([A-Z]+)'|\b(?:client|pipeline|redis)\.([a-z]+)\(/g)];
  const notCommands = new Set([
    'on',
    'once',
    'disconnect',
    'pipeline',
    'exec',
    'call',
    'pcall',
    'attempt',
    'run',
    'close',
  ]);
  const commands = sent.map(([, inScript, method]) => (inScript ?? method ?? '').toLowerCase());
  // What the client itself sends when it connects.
  const expected = new Set(['hello', 'client|setname', ...commands.filter((name) => !notCommands.has(name))]);

  expect(rules.split(' ').toSorted()).toEqual([...expected].map((name) => `+${name}`).toSorted());
});
