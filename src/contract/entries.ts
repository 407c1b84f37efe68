import type { z } from 'zod';
import { InvalidRequestError } from '../errors.ts';
import { mapInSlices } from '../in-slices.ts';
import { isObject } from '../json.ts';
import { checkBody, formatPath, issuesOf, maxProblems } from './parse.ts';

/** An entry of a list that cannot be served. */
export interface RefusedEntry {
  /** Its position in the list. */
  readonly index: number;
  readonly sent: unknown;
  /** Without its place and without values, e.g. `externalId is missing`. */
  readonly reason: string;
}

/** None of the entries of a list can be served. */
export class UnusableEntriesError extends InvalidRequestError {
  readonly refused: readonly RefusedEntry[];

  constructor(message: string, refused: readonly RefusedEntry[]) {
    super(message);
    this.refused = refused;
  }
}

export interface UsableEntry<Entry> {
  readonly index: number;
  readonly entry: Entry;
}

export interface CheckedEntries<Entry> {
  readonly usable: readonly UsableEntry<Entry>[];
  readonly refused: readonly RefusedEntry[];
}

/** A body of which one field is a list whose entries are independent of each other. */
export interface ListBody<Entry extends z.ZodType> {
  /** Of the whole body. */
  readonly schema: z.ZodType;
  readonly list: string;
  readonly entry: Entry;
}

/**
 * Validates a body, and its list entry by entry: an entry that cannot be served does not affect the others.
 * @throws InvalidRequestError when the body is no object, another field is invalid or the list is missing; UnusableEntriesError when none
 * of its entries can be served. Both name the first places, e.g. `contacts[3].externalId is missing`.
 */
export async function checkEntries<Entry extends z.ZodType>(
  { schema, list, entry }: ListBody<Entry>,
  body: unknown,
): Promise<CheckedEntries<z.infer<Entry>>> {
  const items: unknown = isObject(body) && Object.hasOwn(body, list) ? body[list] : undefined;
  if (!isObject(body) || !Array.isArray(items)) {
    checkBody(schema, body);
    throw new InvalidRequestError(`${list} must be an array`);
  }
  checkBody(schema, { ...body, [list]: [] });
  const usable: UsableEntry<z.infer<Entry>>[] = [];
  const refused: RefusedEntry[] = [];
  const places: string[] = [];
  await mapInSlices(items, (sent: unknown, index) => {
    const issues = [...issuesOf(entry, sent, [])];
    if (issues.length === 0) {
      // The cast is sound: the schemas used here check and never transform.
      usable.push({ index, entry: sent as z.infer<Entry> });
      return;
    }
    const reason = issues.map(({ path, message }) => `${formatPath(path, 'the entry')} ${message}`).join('; ');
    refused.push({ index, sent, reason });
    for (const { path, message } of issues) {
      if (places.length <= maxProblems) places.push(`${formatPath([list, index, ...path])} ${message}`);
    }
  });
  if (usable.length === 0 && refused.length > 0) throw nothingUsable(places, refused);
  return { usable, refused };
}

/** What to do about an entry without a usable id, which the program that sent it has to give. */
export function describeRefused({ reason }: RefusedEntry): string {
  return `Report this to Enginy's support: the record came without a usable id (${reason})`;
}

function nothingUsable(places: readonly string[], refused: readonly RefusedEntry[]): UnusableEntriesError {
  const more = places.length > maxProblems ? '; and more' : '';
  return new UnusableEntriesError(`${places.slice(0, maxProblems).join('; ')}${more}`, refused);
}
