import { problemOfError } from '../../crm/crm-problem.ts';
import type { CallContext, Crm } from '../../crm/crm.ts';
import { isTimeZone } from '../../crm/time-zone.ts';
import { GatewayError, NotSupportedError } from '../../errors.ts';

/** The time zone of the CRM account, an IANA name, cached for an hour. */
export interface PortalTimeZone {
  /**
   * Undefined if the CRM does not let the bridge read its account, or names a zone that this system does not know.
   * @throws GatewayError when the account cannot be read at the moment.
   */
  read(context: CallContext): Promise<string | undefined>;
}

const ttlMs = 60 * 60_000;

/** @param deps.now milliseconds of a monotonic clock. */
export function createPortalTimeZone(deps: {
  readonly crm: Pick<Crm, 'readAccount'>;
  readonly now?: () => number;
}): PortalTimeZone {
  const now = deps.now ?? (() => performance.now());
  let known: { readonly at: number; readonly timeZone: string | undefined } | undefined;

  return {
    async read(context) {
      if (known !== undefined && now() - known.at < ttlMs) return known.timeZone;
      const timeZone = await readTimeZone(deps.crm, context);
      known = { at: now(), timeZone };
      return timeZone;
    },
  };
}

async function readTimeZone(crm: Pick<Crm, 'readAccount'>, context: CallContext): Promise<string | undefined> {
  try {
    const { timeZone } = await crm.readAccount(context);
    return isTimeZone(timeZone) ? timeZone : undefined;
  } catch (error) {
    // There is no account, for example when a record is explained without a CRM.
    if (error instanceof NotSupportedError) return undefined;
    if (error instanceof GatewayError && problemOfError(error, 'unavailable').kind === 'refused') return undefined;
    throw error;
  }
}
