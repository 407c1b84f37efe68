import type { Account, CallContext, Crm } from '../../crm/crm.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import { GatewayError } from '../../errors.ts';
import { createRemembered, type Look } from './remembered.ts';

/** The account, or why it cannot be read. */
export type ReadAccount = { readonly account: Account } | { readonly problem: string };

export interface AccountReader {
  /** The account, at most ten minutes old. */
  look(): Promise<Look<ReadAccount>>;
}

const keptMs = 600_000;
const patienceMs = 5_000;

/** A call of the console: it starts only while no other call waits. @param ms how long it may take */
export function consoleCall(ms: number): CallContext {
  return { requestId: 'console', urgency: 'background', deadline: deadlineIn(ms) };
}

export function createAccountReader(crm: Pick<Crm, 'readAccount'>): AccountReader {
  const account = createRemembered(async () => ({ account: await crm.readAccount(consoleCall(patienceMs)) }), keptMs);
  return {
    async look() {
      try {
        return await account.look();
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        return { value: { problem: error.message }, isReading: false };
      }
    },
  };
}
