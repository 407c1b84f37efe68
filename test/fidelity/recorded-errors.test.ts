import { expect, test } from 'vitest';
import { existingIdIn } from '../../src/crm/hubspot/problems/conflicts.ts';
import { problemOfEntry } from '../../src/crm/hubspot/problems/entry-problem.ts';
import { readHubSpotError } from '../../src/crm/hubspot/transport/error-body.ts';
import { failureOf } from '../../src/crm/hubspot/transport/response-failure.ts';
import { CrmRejectedError, CrmUnavailableError } from '../../src/errors.ts';
import { type RecordedExchange, recordedExchanges } from './recorded-exchanges.ts';

const recorded = [...recordedExchanges().values()].flat();

/** The recorded exchanges with such a status; never none, so that every test checks something. */
function recordedWith(matches: (status: number) => boolean): readonly RecordedExchange[] {
  const found = recorded.filter(({ status }) => matches(status));
  expect(found.length).toBeGreaterThan(0);
  return found;
}

test('classifies every recorded error response', () => {
  for (const { status, headers = {}, response, responseText } of recordedWith((status) => status >= 400)) {
    const { kind, error } = failureOf({ status, headers, text: responseText ?? JSON.stringify(response ?? '') });

    const expected = status === 429 ? 'limited' : status >= 500 ? 'perhaps-done' : 'final';
    expect(kind).toBe(expected);
    expect(error).toBeInstanceOf(expected === 'final' ? CrmRejectedError : CrmUnavailableError);
  }
});

test('reads the existing id from every recorded conflict that names one', () => {
  const named = recordedWith((status) => status === 409).filter(({ response }) => {
    const error = readHubSpotError(response);
    expect(problemOfEntry(error, 'refusal').kind).toBe('conflict');
    return /ID: \d+$/.test(error.message);
  });

  expect(named.length).toBeGreaterThan(0);
  for (const { response } of named) {
    const error = readHubSpotError(response);
    expect(existingIdIn(error)).toBe(error.message.split('ID: ')[1]);
  }
});

test('finds the cause of every recorded error in a 207', () => {
  const entries = recordedWith((status) => status === 207).flatMap(({ response }) => readHubSpotError(response).errors);

  expect(entries.length).toBeGreaterThan(0);
  for (const entry of entries) {
    expect(['invalid', 'conflict', 'not-found']).toContain(problemOfEntry(entry, 'ambiguous').kind);
  }
});
