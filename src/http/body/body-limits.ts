/** How large the body of a request may be. Each limit is a setting, and an error names it. */
export interface BodyLimits {
  /** BODY_LIMIT: bytes of one body, after decompression. */
  readonly maxBytes: number;
  /** BODY_LIMIT_TOTAL: bytes of all bodies in progress. */
  readonly maxBytesInProgress: number;
  /** MAX_ITEMS: entries of one list. */
  readonly maxItems: number;
  /** MAX_FIELDS: fields of one object. */
  readonly maxFields: number;
  /** MAX_VALUES: values in the whole body, lists and objects included. */
  readonly maxValues: number;
  /** MAX_DEPTH: lists and objects inside one another. */
  readonly maxDepth: number;
}

/** Room for 10,000 records of 25 fields; Enginy documents 100 records per request. More values would take too long to parse. */
export const defaultBodyLimits: BodyLimits = {
  maxBytes: 20 * 1024 * 1024,
  maxBytesInProgress: 60 * 1024 * 1024,
  maxItems: 20_000,
  maxFields: 2_000,
  maxValues: 300_000,
  maxDepth: 100,
};

/** A compressed body may expand by this factor: JSON rarely exceeds 20, a bomb reaches 1,000. */
export const maxExpansion = 100;

/** Expansion is not limited below this size, because short repetitive bodies compress well. */
export const expansionFreeBytes = 1024 * 1024;

/** UTF-8 bytes of a field's name: as long as a value that HubSpot stores. Names that are too long for a label become warnings later. */
export const maxNameBytes = 65_536;
