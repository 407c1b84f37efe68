import type { HubSpotExchange } from '../../crm/hubspot/transport/exchange.ts';

/** How HubSpot answered lately. */
export interface HubSpotPulse {
  add(exchange: Pick<HubSpotExchange, 'status'>): void;
  read(): {
    /** Of the last call that HubSpot accepted, in milliseconds since 1970. */
    readonly acceptedAt: number | undefined;
    /** The last call that HubSpot did not answer, rejected because of the key, or failed with an error of its own. */
    readonly failed: { readonly at: number; readonly status: number | undefined } | undefined;
  };
}

/** @param now milliseconds since 1970. */
export function createHubSpotPulse(now: () => number): HubSpotPulse {
  let acceptedAt: number | undefined;
  let failed: { readonly at: number; readonly status: number | undefined } | undefined;
  return {
    add({ status }) {
      if (status === undefined || status === 401 || status >= 500) failed = { at: now(), status };
      else acceptedAt = now();
    },
    read: () => ({ acceptedAt, failed }),
  };
}
