import type { CallContext, ObjectType } from '../crm/crm.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';

/** What all records of one request share: the mapping version that serves it, and its id, urgency and deadline. */
export interface RequestScope {
  readonly mapping: Mapping;
  readonly context: CallContext;
}

/** The name of the mapping's records in the CRM. */
export function targetTypeOf({ mapping }: RequestScope): ObjectType {
  return mapping.target.objectType;
}
