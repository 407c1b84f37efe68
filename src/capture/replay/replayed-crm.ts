import type { Crm } from '../../crm/crm.ts';
import type { CrmProtocol } from '../../crm/crm-protocol.ts';
import { createHubSpotCrm } from '../../crm/hubspot/hubspot-crm.ts';
import { hubSpotPropertyRules } from '../../crm/hubspot/property-rules.ts';
import { hubSpotProtocol } from '../../crm/hubspot/protocol/hubspot-protocol.ts';
import { createPacer, type Pacer } from '../../crm/pacer.ts';
import type { Logger } from '../../logger.ts';
import type { Capture } from '../capture-schema.ts';
import type { TimeLapse } from './time-lapse.ts';

/** The only file of the replay that names a CRM. */

/** The wire format of captured calls. */
export const replayedProtocol: CrmProtocol = hubSpotProtocol;

export const replayedPropertyRules = hubSpotPropertyRules;

/** The CRM's adapter as it was configured when the request was captured, on the replay's clock. */
export function createReplayedCrm(
  { clock, log }: { readonly clock: TimeLapse; readonly log: Logger },
  { burstPerTenSeconds, searchPerSecond, hubspotTimeoutMs }: Capture['settings'],
): { readonly crm: Crm; readonly pacer: Pacer } {
  const pacer = createPacer({ burstPerTenSeconds, searchPerSecond }, { clock, log, random: () => 0 });
  const crm = createHubSpotCrm(
    { pacer, log, clock: clock.forCalls },
    { accessToken: 'replay', baseUrl: replayedProtocol.origin, timeoutMs: hubspotTimeoutMs },
  );
  return { crm, pacer };
}
