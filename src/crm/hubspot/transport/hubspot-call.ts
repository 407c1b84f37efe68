import type { LaneName } from '../../pacing/lanes.ts';
import type { Repeat } from '../../pacing/retry.ts';
import type { HubSpotApi } from './api-versions.ts';
import type { ResponseHeaders } from './response-headers.ts';

/** What is sent: a path of HubSpot's API, with its query, and a body that becomes JSON. */
export interface HubSpotRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
}

/** One call of HubSpot's API: what to send, what it costs, and what its response means. */
export interface HubSpotCall<T> {
  /** For logs and captures, e.g. `read contacts by email`. */
  readonly purpose: string;
  readonly lane: LaneName;
  readonly repeat: Repeat;
  request(api: HubSpotApi): HubSpotRequest;
  /** Reads the JSON body of a 2xx response. Throws CrmUnavailableError if its shape is unknown. */
  read(body: unknown, headers: ResponseHeaders): T;
}
