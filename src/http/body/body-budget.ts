import { BusyError } from '../../errors.ts';

/** Bytes of request bodies in progress. A request's bytes count from their arrival until its response is sent. */
export interface BodyBudget {
  /** @returns the share of one request. */
  open(): BodyShare;
  readonly bytesInProgress: number;
}

export interface BodyShare {
  /** @throws BusyError when other requests leave no room; a request that is alone is always served. */
  add(bytes: number): void;
  /** Gives all of it back; further calls do nothing. */
  close(): void;
}

/** @param maxBytes of all requests together. */
export function createBodyBudget(maxBytes: number): BodyBudget {
  let inProgress = 0;
  return {
    open() {
      let own = 0;
      return {
        add(bytes) {
          if (inProgress > own && inProgress + bytes > maxBytes) {
            throw new BusyError('Other requests in progress are too large together (BODY_LIMIT_TOTAL)');
          }
          own += bytes;
          inProgress += bytes;
        },
        close() {
          inProgress -= own;
          own = 0;
        },
      };
    },
    get bytesInProgress() {
      return inProgress;
    },
  };
}
