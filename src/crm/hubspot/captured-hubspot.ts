import { createPacer } from '../pacing/pacer.ts';
import type { CapturedCrm } from '../crm-protocol.ts';
import { hubSpotPropertyRules } from './property-rules.ts';
import { hubSpotProtocol } from './protocol/hubspot-protocol.ts';
import { defaultApiVersion, placeOf } from './transport/api-versions.ts';

/** HubSpot for captures and replays: the only module of this folder that `capture/` knows. */
export const capturedHubSpot: CapturedCrm = {
  protocol: hubSpotProtocol,
  propertyRules: hubSpotPropertyRules,
  async createReplayed({ clock, callClock, log }, { settings, paths }) {
    // Loaded on demand: the thread that writes captures never replays.
    const { createHubSpotCrm } = await import('./hubspot-crm.ts');
    const { burstPerTenSeconds, searchPerSecond, hubspotTimeoutMs } = settings;
    const place = paths.map(placeOf).find((each) => each !== undefined);
    const pacer = createPacer({ burstPerTenSeconds, searchPerSecond }, { clock, log, random: () => 0 });
    const crm = createHubSpotCrm(
      { pacer, log, clock: callClock },
      {
        accessToken: 'replay',
        baseUrl: hubSpotProtocol.origin,
        apiVersion: place?.version ?? defaultApiVersion,
        timeoutMs: hubspotTimeoutMs,
      },
    );
    return { crm, pacer };
  },
};
