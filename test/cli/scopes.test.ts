import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scopeNeeds } from '../../src/crm/hubspot/scopes.ts';

test.each(['README.md', '.env.example'])('%s lists the scopes that doctor examines', (file) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const listed = new Set(text.match(/\b(crm\.(objects|schemas)\.[a-z]+\.(read|write)|sales-email-read)\b/g));

  expect([...listed].sort()).toEqual(scopeNeeds.map(({ scope }) => scope).sort());
});
