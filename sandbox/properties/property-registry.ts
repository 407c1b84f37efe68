import type { GroupDefinition, PropertyDefinition } from '../definitions/property-definition.ts';
import { conflict, invalid, notFound, type Problem } from '../http/problem-body.ts';
import type { ObjectType } from '../object-types.ts';

export interface PropertyEntry {
  definition: PropertyDefinition;
  readonly createdAt: number;
  updatedAt: number;
  archivedAt: number | undefined;
  /** A new property can be read and written only from here on. */
  readonly usableAt: number;
}

export interface GroupEntry {
  label: string;
  displayOrder: number;
  readonly name: string;
  archived: boolean;
}

/** At most ten unique properties per object (HubSpot's properties guide). */
const maxUnique = 10;

/** The property definitions and groups of one object type. */
export class PropertyRegistry {
  readonly type: ObjectType;
  readonly #entries = new Map<string, PropertyEntry>();
  readonly #groups = new Map<string, GroupEntry>();
  readonly #limits: { readonly custom: number; readonly lagMs: number };

  constructor(type: ObjectType, now: number, limits: { readonly custom: number; readonly lagMs: number }) {
    this.type = type;
    this.#limits = limits;
    for (const group of type.groups) this.#groups.set(group.name, newGroup(group));
    for (const definition of type.properties)
      this.#entries.set(definition.name, {
        definition,
        createdAt: now,
        updatedAt: now,
        archivedAt: undefined,
        usableAt: now,
      });
  }

  /** The definition of a property that exists, is not archived and has become usable. */
  usable(name: string, now: number): PropertyDefinition | undefined {
    const entry = this.#entries.get(name);
    return entry && entry.archivedAt === undefined && entry.usableAt <= now ? entry.definition : undefined;
  }

  entry(name: string, now: number, archived = false): PropertyEntry | undefined {
    const entry = this.#entries.get(name);
    return entry && (entry.archivedAt !== undefined) === archived && entry.usableAt <= now ? entry : undefined;
  }

  list(now: number, archived = false): PropertyEntry[] {
    return [...this.#entries.values()].filter(
      (entry) => (entry.archivedAt !== undefined) === archived && entry.usableAt <= now,
    );
  }

  /** Adds a property, or restores the archived one of that name with the new definition. */
  create(definition: PropertyDefinition, now: number): PropertyEntry | Problem {
    const existing = this.#entries.get(definition.name);
    if (existing && existing.archivedAt === undefined) return alreadyExists(definition.name);
    const group = this.#groups.get(definition.groupName);
    if (!group || group.archived)
      return invalid(`Property group '${definition.groupName}' does not exist for object type ${this.type.typeId}`);
    const custom = [...this.#entries.values()].filter(
      (entry) => entry.archivedAt === undefined && !entry.definition.hubspotDefined,
    );
    if (custom.length >= this.#limits.custom)
      return invalid(`You have reached the limit of ${this.#limits.custom} custom properties for ${this.type.name}`, {
        subCategory: 'PropertyValidationError.PROPERTY_LIMIT_REACHED',
      });
    if (definition.hasUniqueValue && custom.filter((entry) => entry.definition.hasUniqueValue).length >= maxUnique)
      return invalid(`Only ${maxUnique} properties with unique values are allowed for ${this.type.name}`, {
        subCategory: 'PropertyValidationError.UNIQUE_PROPERTY_LIMIT_REACHED',
      });
    const entry: PropertyEntry = {
      definition,
      createdAt: existing?.createdAt ?? now,
      updatedAt: now,
      archivedAt: undefined,
      usableAt: now + this.#limits.lagMs,
    };
    this.#entries.set(definition.name, entry);
    return entry;
  }

  archive(name: string, now: number): Problem | undefined {
    const entry = this.#entries.get(name);
    if (!entry || entry.archivedAt !== undefined) return notFound(`Property '${name}' does not exist`);
    if (entry.definition.hubspotDefined)
      return invalid(`Property '${name}' is defined by HubSpot and cannot be archived`, {
        subCategory: 'PropertyValidationError.CANNOT_DELETE_HUBSPOT_DEFINED_PROPERTY',
      });
    entry.archivedAt = now;
    return undefined;
  }

  groups(): GroupEntry[] {
    return [...this.#groups.values()].filter((group) => !group.archived);
  }

  group(name: string): GroupEntry | undefined {
    const group = this.#groups.get(name);
    return group && !group.archived ? group : undefined;
  }

  createGroup(group: GroupDefinition & { displayOrder?: number }): GroupEntry | Problem {
    if (this.#groups.has(group.name))
      return conflict(`A property group named '${group.name}' already exists.`, {
        category: 'OBJECT_ALREADY_EXISTS',
        subCategory: 'Properties.PROPERTY_GROUP_WITH_NAME_EXISTS',
        context: { name: [group.name] },
      });
    const entry = newGroup(group);
    this.#groups.set(group.name, entry);
    return entry;
  }

  /** A group that still holds properties cannot go; one that went cannot be restored. */
  archiveGroup(name: string, now: number): Problem | undefined {
    const group = this.group(name);
    if (!group) return notFound(`Property group '${name}' does not exist`);
    if (this.list(now).some((entry) => entry.definition.groupName === name))
      return invalid(`Property group '${name}' still has properties`);
    group.archived = true;
    return undefined;
  }
}

export function isProblem(outcome: object): outcome is Problem {
  return 'status' in outcome && 'message' in outcome;
}

function newGroup(group: GroupDefinition & { displayOrder?: number }): GroupEntry {
  return { name: group.name, label: group.label, displayOrder: group.displayOrder ?? -1, archived: false };
}

function alreadyExists(name: string): Problem {
  return conflict(`A property named '${name}' already exists.`, {
    category: 'OBJECT_ALREADY_EXISTS',
    subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
    context: { name: [name] },
  });
}
