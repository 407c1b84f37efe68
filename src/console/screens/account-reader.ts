import type { Account, CallContext, Crm } from '../../crm/crm.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import { GatewayError } from '../../errors.ts';

export interface AccountReader {
  /** The account, at most ten minutes old; or why it cannot be read. */
  read(): Promise<{ readonly account: Account } | { readonly problem: string }>;
}

const keptMs = 600_000;
/** A person waits for the page. */
const patienceMs = 5_000;

/** A call of the console: it starts only while no other call waits. @param ms how long it may take */
export function consoleCall(ms: number): CallContext {
  return { requestId: 'console', urgency: 'background', deadline: deadlineIn(ms) };
}

export function createAccountReader(crm: Pick<Crm, 'readAccount'>): AccountReader {
  let known: { readonly account: Account; readonly at: number } | undefined;
  return {
    async read() {
      if (known !== undefined && performance.now() - known.at < keptMs) return known;
      try {
        known = { account: await crm.readAccount(consoleCall(patienceMs)), at: performance.now() };
        return known;
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        return { problem: error.message };
      }
    },
  };
}
