import { createPacer } from '../../src/crm/pacing/pacer.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { budgetConformance } from './budget-conformance.ts';

budgetConformance({
  replicas: 1,
  numRuns: 40,
  maxCalls: 60,
  minLimit: 1,
  open: async (settings) => {
    const clock = new FakeClock();
    return { clock, pacers: [createPacer(settings, { clock, random: () => 0.5 })], close: async () => {} };
  },
});
