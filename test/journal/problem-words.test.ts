import { expect, test } from 'vitest';
import { problemLines } from '../../src/reasons/problem-words.ts';

test.each([
  "HubSpot's rate limit is reached",
  "The CRM's rate limit is reached",
  "HubSpot's daily limit of API calls is reached; it resets at midnight in the account's time zone",
])('a reached limit is no outage: %s', (text) => {
  const [what, advice] = problemLines({ kind: 'unavailable', text });

  expect(what).toBe(`${text}; nothing was written`);
  expect(advice).toContain('share its limits');
  expect(advice).not.toContain('status.hubspot.com');
});

test('a request that ran out of time may have waited for HubSpot', () => {
  expect(problemLines({ kind: 'late' })[1]).toContain('slow or silent HubSpot');
});
