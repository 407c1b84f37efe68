import type { ObjectName } from '../object-types.ts';

/** A property that the account's administrator requires: of every new record, or of records with a certain value. */
export interface Requirement {
  readonly object: ObjectName;
  readonly property: string;
  readonly when?: { readonly property: string; readonly value: string };
}
