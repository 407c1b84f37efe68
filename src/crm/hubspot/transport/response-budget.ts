/** The largest response that a CRM has reason to send: property definitions of large accounts take a few megabytes. */
export const maxResponseBytes = 10 * 1024 * 1024;
/** Of all responses that are being received, those below {@link freeBytes} aside. */
const maxTotalBytes = 24 * 1024 * 1024;
/** Smaller responses are received whatever others do; up to here a response may also expand as it likes. */
export const freeBytes = 1024 ** 2;

/** Bounds what the responses of concurrent calls keep in memory together. */
export interface ResponseBudget {
  /**
   * Counts bytes that a call received.
   * @param own what the call has received so far, these included.
   * @returns false if the call is to be given up.
   */
  receive(bytes: number, own: number): boolean;
  /** Gives back what a call has received. */
  release(bytes: number): void;
  /** Runs work that takes many times the size of a response, one after another. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createResponseBudget(): ResponseBudget {
  let total = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    receive(bytes, own) {
      total += bytes;
      return own <= freeBytes || (own <= maxResponseBytes && total <= maxTotalBytes);
    },
    release(bytes) {
      total -= bytes;
    },
    alone(work) {
      const done = last.then(work);
      last = done.catch(() => {});
      return done;
    },
  };
}
