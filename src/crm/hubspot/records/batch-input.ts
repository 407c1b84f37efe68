import { bytesOfValues } from '../../crm.ts';
import { chunksWithin } from '../../../chunks.ts';
import { chunksOfDistinct } from '../calls/distinct-chunks.ts';
import { maxRecordsPerCall } from '../calls/record-response.ts';
import type { Transport } from '../transport/transport.ts';
import type { LabelSource } from './label-required.ts';
import type { RequiredProperties } from './required-properties.ts';

/** What creates and updates need of the adapter. */
export interface WritingDeps {
  readonly transport: Transport;
  readonly required: RequiredProperties;
  readonly definitions: LabelSource;
}

/** One record of a batch that creates or updates. */
export interface BatchInput {
  /** Unique within the batches of one request. */
  readonly traceId: string;
  /** Present on updates. */
  readonly id?: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** Values written by one call, which its response repeats: that must stay below what the bridge reads. */
const maxBytesPerCall = 4 * 1024 ** 2;

/** What each call writes: as many records as it accepts, and no two of one key. */
export function chunksToWrite<I extends BatchInput>(
  inputs: readonly I[],
  keyOf: (input: I) => string | undefined,
): readonly (readonly I[])[] {
  return chunksOfDistinct(inputs, maxRecordsPerCall, keyOf).flatMap((chunk) =>
    chunksWithin(chunk, maxBytesPerCall, bytesOfValues),
  );
}
