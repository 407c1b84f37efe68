import { CrmRejectedError, CrmUnavailableError } from '../../../errors.ts';
import { isAboutContent } from '../transport/hubspot-refusal.ts';

/** The calls behind one piece of work: how many HubSpot answered, and the errors of those that failed. */
export class CallTally {
  readonly #errors: unknown[] = [];
  #answered = 0;

  /** HubSpot answered a call, even if it refused the content. */
  addAnswer(): void {
    this.#answered += 1;
  }

  addError(error: unknown): void {
    this.#errors.push(error);
  }

  /**
   * Throws instead of reporting a problem per record if HubSpot answered no call and either refused the bridge itself (token,
   * scope, URL) or was unavailable throughout. Deadlines and refused values stay with their records.
   */
  throwIfNothingDone(): void {
    if (this.#answered > 0) return;
    const refused = this.#errors.find((error) => error instanceof CrmRejectedError && !isAboutContent(error));
    if (refused !== undefined) throw refused;
    const isDown = this.#errors.every((error) => error instanceof CrmUnavailableError);
    if (this.#errors.length > 0 && isDown) throw this.#errors[0];
  }

  /** The same for writes: a call that may have been carried out is reported per record and never thrown. */
  throwIfNothingWritten(): void {
    const isUnsure = this.#errors.some((error) => error instanceof CrmUnavailableError && error.ambiguous);
    if (!isUnsure) this.throwIfNothingDone();
  }
}
