import { expect, test } from 'vitest';
import { noteProblem } from '../../src/bridge/decisions.ts';
import { problemLines } from '../../src/reasons/problem-words.ts';

test.each([
  "HubSpot's rate limit is reached",
  "The CRM's rate limit is reached",
  "HubSpot's daily limit of API calls is reached; it resets at midnight in the account's time zone",
])('a reached limit is not reported as an outage: %s', (text) => {
  const [what, advice] = problemLines({ kind: 'unavailable', text });

  expect(what).toBe(`${text}; nothing was written`);
  expect(advice).toContain('share its limits');
  expect(advice).not.toContain('status.hubspot.com');
});

test.each([
  ['HubSpot has locked the record', 'locks a record for seconds'],
  ['HubSpot is moving this account to another data center', 'once HubSpot has moved the account'],
])('an error about one record or account is not reported as an outage: %s', (text, advice) => {
  for (const problem of [{ kind: 'unavailable', text } as const, { kind: 'late', because: text } as const]) {
    const lines = problemLines(problem).join('\n');
    expect(lines).toContain(advice);
    expect(lines).not.toContain('status.hubspot.com');
  }
});

test('a request that ran out of time names what HubSpot did until then', () => {
  const because = 'HubSpot did not respond within 10 s';

  expect(problemLines({ kind: 'late' })).toEqual([
    'the time for the request (REQUEST_TIMEOUT_MS) ran out before this record was processed; nothing was written',
    '  Enginy can send the record again; if this persists, send fewer records at once or raise HUBSPOT_RATE_LIMIT',
  ]);
  expect(problemLines({ kind: 'late', because })[0]).toContain(`ran out: ${because}; nothing was written`);
  expect(problemLines({ kind: 'late', because: "HubSpot's rate limit is reached" })[1]).toContain('share its limits');
});

test('a request that ran out of time while HubSpot was slow names the time, and gives fitting advice', () => {
  const slowness = 'the CRM responded slowly, in up to 1.3 s';
  const problem = noteProblem({ kind: 'late', message: `The request timed out: ${slowness}`, slowness });

  expect(problemLines(problem)).toEqual([
    'the time for the request (REQUEST_TIMEOUT_MS) ran out: HubSpot responded slowly, in up to 1.3 s; nothing was written',
    '  Enginy can send the record again; if this persists, see status.hubspot.com, send fewer records at once, or raise REQUEST_TIMEOUT_MS',
  ]);
});

test('an update that was not answered may have been carried out', () => {
  expect(problemLines({ kind: 'unavailable', text: 'HubSpot returned status 502', mayBeWritten: true })[0]).toBe(
    'HubSpot returned status 502; HubSpot may still have written the record',
  );
});
