import type { Crm } from '../../crm/crm.ts';
import type { CrmProtocol } from '../../crm/crm-protocol.ts';
import { createHubSpotCrm } from '../../crm/hubspot/hubspot-crm.ts';
import { hubSpotPropertyRules } from '../../crm/hubspot/property-rules.ts';
import { hubSpotProtocol } from '../../crm/hubspot/protocol/hubspot-protocol.ts';
import { defaultApiVersion, placeOf } from '../../crm/hubspot/transport/api-versions.ts';
import { createPacer, type Pacer } from '../../crm/pacer.ts';
import type { Logger } from '../../logger.ts';
import type { Capture } from '../capture-schema.ts';
import type { TimeLapse } from './time-lapse.ts';

/** The only file of the replay that names a CRM. */

/** The wire format of captured calls. */
export const replayedProtocol: CrmProtocol = hubSpotProtocol;

export const replayedPropertyRules = hubSpotPropertyRules;

/** The CRM's adapter as it was configured when the request was captured, on the replay's clock and with the API version of its calls. */
export function createReplayedCrm(
  { clock, log }: { readonly clock: TimeLapse; readonly log: Logger },
  { settings, exchanges, ambient }: Pick<Capture, 'settings' | 'exchanges' | 'ambient'>,
): { readonly crm: Crm; readonly pacer: Pacer } {
  const { burstPerTenSeconds, searchPerSecond, hubspotTimeoutMs } = settings;
  const places = [...exchanges, ...ambient].map(({ path }) => placeOf(path));
  const apiVersion = places.find((place) => place !== undefined)?.version ?? defaultApiVersion;
  const pacer = createPacer({ burstPerTenSeconds, searchPerSecond }, { clock, log, random: () => 0 });
  const crm = createHubSpotCrm(
    { pacer, log, clock: clock.forCalls },
    { accessToken: 'replay', baseUrl: replayedProtocol.origin, apiVersion, timeoutMs: hubspotTimeoutMs },
  );
  return { crm, pacer };
}
