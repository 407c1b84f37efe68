/** What a call does, for any object: the unit of counters, latency and faults. */
export const callKinds = [
  'get',
  'list',
  'create',
  'update',
  'archive',
  'batch-read',
  'batch-create',
  'batch-update',
  'batch-upsert',
  'batch-archive',
  'search',
  'merge',
  'gdpr-delete',
  'associate',
  'read-associations',
  'dissociate',
  'read-properties',
  'write-properties',
  'owners',
  'account',
  'unknown',
] as const;

export type CallKind = (typeof callKinds)[number];
