import { ResponseTooLargeError } from '../transport/network-failure.ts';

/** How the items of one call are read, and what becomes of one that alone is more than the bridge reads. */
export interface PartReading<T> {
  read(items: readonly T[]): Promise<void>;
  fail(item: T, error: ResponseTooLargeError): void;
}

/**
 * Reads the items in halves, one after the other, where the response about all of them is larger than the bridge reads: many long
 * values must not make records unreadable. @throws what `read` throws for any other reason.
 */
export async function readFittingParts<T>(items: readonly T[], reading: PartReading<T>): Promise<void> {
  try {
    await reading.read(items);
  } catch (error) {
    if (!(error instanceof ResponseTooLargeError)) throw error;
    const [first] = items;
    if (first === undefined) return;
    if (items.length === 1) {
      reading.fail(first, error);
      return;
    }
    const middle = Math.ceil(items.length / 2);
    await readFittingParts(items.slice(0, middle), reading);
    await readFittingParts(items.slice(middle), reading);
  }
}
