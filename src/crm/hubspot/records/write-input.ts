/** One record of a batch that creates or updates. */
export interface WriteInput {
  /** Unique within the work. */
  readonly traceId: string;
  /** Present on updates. */
  readonly id?: string;
  readonly properties: Readonly<Record<string, string>>;
}
