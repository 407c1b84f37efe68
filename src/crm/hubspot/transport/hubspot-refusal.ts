import { type CrmErrorDetail, CrmRejectedError } from '../../../errors.ts';
import type { HubSpotError } from './error-body.ts';

/** HubSpot understood the call and refused it (a 4xx). The body stays private because it may contain record values. */
export class HubSpotRefusal extends CrmRejectedError {
  readonly #body: HubSpotError;

  constructor(message: string, detail: CrmErrorDetail, body: HubSpotError) {
    super(message, detail);
    this.#body = body;
  }

  /** For attributing the refusal to records; never log it. */
  get body(): HubSpotError {
    return this.#body;
  }
}

/**
 * True if a call was refused because of its content, so that a part of it may succeed. Any other refusal (token, scope, URL)
 * would hit every content.
 */
export function isAboutContent(error: unknown): error is HubSpotRefusal {
  if (!(error instanceof HubSpotRefusal)) return false;
  const { status, category } = error.detail;
  return status === 400 || status === 409 || status === 422 || (status === 404 && category === 'OBJECT_NOT_FOUND');
}
