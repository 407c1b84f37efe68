/** One record of a batch that creates or updates. */
export interface BatchInput {
  /** Unique within the batches of one request. */
  readonly traceId: string;
  /** Present on updates. */
  readonly id?: string;
  readonly properties: Readonly<Record<string, string>>;
}
