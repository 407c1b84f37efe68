import type { CrmProblem, ObjectType } from '../../crm.ts';
import { problemOfEntry } from '../problems/entry-problem.ts';
import { contextValues, type HubSpotError } from '../transport/error-body.ts';

/** The records that an error about links names. */
export function idsIn(error: HubSpotError): ReadonlySet<string> {
  const texts = ['id', 'ids', 'fromObjectId', 'toObjectId', 'INVALID_OBJECT_IDS'].flatMap((key) =>
    contextValues(error, key),
  );
  const inMessages = [error, ...error.errors].map(
    ({ message }) => /\b(\d+) is not a valid id/i.exec(message)?.[1] ?? '',
  );
  return new Set([...texts, ...inMessages].flatMap((text) => text.match(/\d+/g) ?? []));
}

/** One of the two records of a pair. */
export interface NamedRecord {
  readonly id: string;
  readonly objectType: ObjectType;
}

/** @param named the record of the pair that the error names. */
export function linkProblem(error: HubSpotError, named?: NamedRecord): CrmProblem {
  const isUnknown =
    error.subCategory?.endsWith('INVALID_IDENTIFIER') ||
    contextValues(error, 'INVALID_OBJECT_IDS').length > 0 ||
    /not (a )?valid/i.test(error.message);
  if (named !== undefined && (isUnknown || error.category === 'OBJECT_NOT_FOUND')) return noRecord(named);
  return problemOfEntry(error, 'unavailable');
}

export function noRecord({ id, objectType }: NamedRecord): CrmProblem {
  // HubSpot's ids are numbers. Any other text is the caller's own, and must not be in the log or the journal, as this message is.
  const shown = /^\d+$/.test(id) ? id : 'with this id';
  return { kind: 'not-found', message: `HubSpot has no ${singulars[objectType] ?? 'record'} ${shown}` };
}

const singulars: Readonly<Record<string, string>> = { contacts: 'contact', companies: 'company', tasks: 'task' };
