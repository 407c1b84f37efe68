import type { DecisionListener } from '../bridge/decisions.ts';
import type { Sharing } from './start-sharing.ts';

/** What is decided here is written here, and passed on; what others decide is written, too. */
export function shareDecisions(journal: DecisionListener, sharing: Sharing | undefined): DecisionListener {
  const shared = sharing?.openJournal((request) => journal.write(request));
  if (shared === undefined) return journal;
  return {
    write(request) {
      journal.write(request);
      shared.publish(request);
    },
  };
}
