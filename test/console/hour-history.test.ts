import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DecidedRequest } from '../../src/bridge/decisions.ts';
import { createHourHistory } from '../../src/console/live/hour-history.ts';

const request = fc.record({
  waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 4_000_000 })),
  status: fc.constantFrom(200, 207, 400, 503),
  records: fc.array(
    fc.record({
      outcome: fc.constantFrom('created', 'failed', 'matched'),
      heldBack: fc.constantFrom([], [{ field: 'phone', reason: 'no-row' }]),
    }),
    { maxLength: 3 },
  ),
});

test('the totals of the last hour are the sums of its steps, whenever they are read', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 12 }), (requests) => {
      let now = 0;
      const history = createHourHistory(() => now);
      for (const { waitMs, ...given } of requests) {
        now += waitMs;
        // The members that are counted.
        history.add(given as unknown as DecidedRequest);
        const steps = history.read();
        const totals = history.totals();
        const sum = (of: (step: (typeof steps)[number]) => number) => steps.reduce((all, step) => all + of(step), 0);

        // At least the one that was added just now.
        expect(totals.requests).toBeGreaterThan(0);
        expect(totals.requests).toBe(sum((step) => step.requests));
        expect(totals.failedRequests).toBe(sum((step) => step.failedRequests));
        expect(totals.heldBack).toBe(sum((step) => step.heldBack));
        for (const outcome of ['created', 'failed', 'matched'])
          expect(totals.outcomes[outcome] ?? 0).toBe(sum((step) => step.outcomes[outcome] ?? 0));
      }
    }),
    { numRuns: 50 },
  );
});
