import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { operations } from '../src/contract/operations.ts';

test('the table of endpoints in the README names every endpoint, and no other', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const section = readme.slice(readme.indexOf('| Endpoint |'), readme.indexOf('Errors are'));
  const rows = section.split('\n').filter((line) => line.startsWith('|'));

  const named = rows.flatMap((row) => [...row.matchAll(/`((?:GET|POST|PUT|PATCH) [^`]+)`/g)].map((match) => match[1]));

  expect(named.toSorted()).toEqual(operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).toSorted());
});
