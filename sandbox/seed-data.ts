import type { Owner } from './account/owners.ts';
import { Refusal } from './http/problem-body.ts';
import type { ObjectName } from './object-types.ts';
import type { Portal } from './portal.ts';
import { addProperty } from './properties/property-handlers.ts';
import { isProblem } from './properties/property-registry.ts';
import type { Requirement } from './records/requirement.ts';
import { fillDefaults, linkEnds } from './records/side-effects.ts';

export interface SeedRecord {
  /** Given by the sandbox unless set. */
  readonly id?: string;
  /** Taken as they are, read-only ones included. */
  readonly properties: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly createdAt?: string;
  /** ISO 8601, when it last changed; when it was created unless given. */
  readonly updatedAt?: string;
}

/** Records to begin with. They are searchable at once. */
export interface SeedData {
  readonly owners?: readonly Owner[];
  readonly contacts?: Iterable<SeedRecord>;
  readonly companies?: Iterable<SeedRecord>;
  readonly tasks?: Iterable<SeedRecord>;
  readonly emails?: Iterable<SeedRecord>;
  readonly communications?: Iterable<SeedRecord>;
  readonly notes?: Iterable<SeedRecord>;
  /** Definitions as in a create of properties. */
  readonly properties?: Readonly<Partial<Record<ObjectName, readonly Readonly<Record<string, unknown>>[]>>>;
  /** Properties that the account requires (write validation); they replace those of before. */
  readonly requirements?: readonly Requirement[];
  /** Pairs of ids, linked with the default type. */
  readonly links?: readonly {
    readonly from: ObjectName;
    readonly fromId: string;
    readonly to: ObjectName;
    readonly toId: string;
  }[];
}

const objectNames = ['contacts', 'companies', 'tasks', 'emails', 'communications', 'notes'] as const;

/** Puts records into a portal. Returns the ids in the order given, by object. */
export function seedPortal(portal: Portal, data: SeedData): Record<ObjectName, string[]> {
  for (const owner of data.owners ?? []) portal.owners.set(owner.id, owner);
  if (data.requirements !== undefined) portal.requirements = data.requirements;
  for (const name of objectNames)
    for (const definition of data.properties?.[name] ?? []) {
      const outcome = addProperty(portal.object(name), definition);
      if (isProblem(outcome)) throw new Refusal(outcome);
    }
  const ids = Object.fromEntries(objectNames.map((name) => [name, seedRecords(portal, name, data[name] ?? [])]));
  for (const { from, fromId, to, toId } of data.links ?? [])
    linkEnds(portal, { from: { type: from, id: Number(fromId) }, to: { type: to, id: Number(toId) } });
  // Built from the list of all names.
  return ids as Record<ObjectName, string[]>;
}

function seedRecords(portal: Portal, name: ObjectName, records: Iterable<SeedRecord>): string[] {
  const object = portal.object(name);
  const ids: string[] = [];
  for (const { id, properties, createdAt, updatedAt } of records) {
    const values = new Map(Object.entries(properties));
    fillDefaults(object, values);
    const at = {
      ...(id !== undefined && { id: Number(id) }),
      ...(createdAt !== undefined && { createdAt: Date.parse(createdAt) }),
      ...(updatedAt !== undefined && { updatedAt: Date.parse(updatedAt) }),
    };
    ids.push(String(object.records.insert(values, portal.now, at).id));
    // Now and then, so that a million records do not all wait for the index at once.
    if (ids.length % 1_000 === 0) object.index.refresh(Number.POSITIVE_INFINITY);
  }
  object.index.refresh(Number.POSITIVE_INFINITY);
  return ids;
}
