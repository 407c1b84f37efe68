/** Writes one entry after another into the journal of a folder and prints how many are written; ends when it is killed. */

import { JournalThread } from '../../src/journal/journal-thread.ts';
import { createLogger } from '../../src/logger.ts';

const [folder = ''] = process.argv.slice(2);
const limits = { maxAgeMs: 86_400_000, maxBytes: 100_000_000 };
const log = createLogger({ level: 'silent', secretHeader: 'x-api-key' });
const journal = new JournalThread({ folder, limits, replica: 'test' }, log);
let count = 0;

setInterval(() => {
  count += 1;
  journal.write({
    requestId: `request-${count}`,
    at: Date.now(),
    method: 'PUT',
    route: '/contacts',
    status: 200,
    durationMs: 1,
    records: [
      {
        object: 'contacts',
        crmId: String(count),
        outcome: 'updated',
        written: ['jobtitle'],
        heldBack: [],
        createdProperties: [],
        warnings: 0,
        emails: [`person-${count}@example.com`],
      },
    ],
  });
  process.stdout.write(`${journal.counts.written}\n`);
}, 1);
