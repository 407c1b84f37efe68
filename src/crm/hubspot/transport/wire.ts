import type { HubSpotRequest } from './hubspot-call.ts';
import type { ResponseHeaders } from './response-headers.ts';

/** A complete response; the body as text. */
export interface RawResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly text: string;
}

/** What one attempt sent and, if it arrived completely, received. */
export interface Wire {
  readonly method: string;
  readonly path: string;
  /** Body as sent: JSON text. */
  readonly requestText?: string;
  /** Header of that name, if the request belongs to a trace. */
  readonly traceparent?: string;
  readonly response?: RawResponse;
}

export function wireOf({ method, path, body }: HubSpotRequest, traceparent?: string): Wire {
  return {
    method,
    path,
    ...(body !== undefined && { requestText: JSON.stringify(body) }),
    ...(traceparent !== undefined && { traceparent }),
  };
}
