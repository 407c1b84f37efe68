import type { Client } from '@hubspot/api-client';
import type { CallContext } from '../../crm.ts';
import type { LaneName } from '../../lanes.ts';
import type { Repeat } from '../../retry.ts';

/** One call of HubSpot's API: how to send it, what it costs, and what its response means. */
export interface HubSpotCall<T> {
  /** For logs and captures, e.g. `read contacts by email`. */
  readonly purpose: string;
  readonly lane: LaneName;
  readonly repeat: Repeat;
  send(client: Client): Promise<unknown>;
  /** Parses the JSON body of a 2xx response. Throws CrmUnavailableError if its shape is unknown. */
  read(body: unknown): T;
}

/**
 * Sends a call through the pacer and returns what its response means.
 * Throws CrmRejectedError (HubSpotRefusal for a 4xx), CrmUnavailableError or DeadlineError.
 */
export type Transport = <T>(call: HubSpotCall<T>, context: CallContext) => Promise<T>;

/** A transport bound to one request's context. */
export type Send = <T>(call: HubSpotCall<T>) => Promise<T>;
