import type { CallContext, Crm, NewProperty, ObjectType, PropertyDefinition } from '../../crm/crm.ts';
import { readFieldMark } from '../../mapping/run/field-mark.ts';
import { fieldKey } from '../../mapping/run/property-name.ts';

/** The properties of one kind of record, by name and by the field they were created for. */
export interface PropertyIndex {
  get(name: string): PropertyDefinition | undefined;
  /** The property that carries a field's mark. */
  createdFor(field: string): PropertyDefinition | undefined;
  /** How many properties were created for fields. */
  readonly createdCount: number;
}

/** The CRM's property definitions, plus those this process has just created and the CRM does not list yet. */
export interface PropertyCatalogue {
  /** @throws GatewayError when the definitions cannot be read. */
  read(objectType: ObjectType, context: CallContext, options?: { readonly refresh?: boolean }): Promise<PropertyIndex>;
  /** Call it when a property was created. */
  add(objectType: ObjectType, property: NewProperty): void;
  /** Call it when the CRM reports that properties do not exist. */
  drop(objectType: ObjectType, names: Iterable<string>): void;
}

export function createPropertyCatalogue(crm: Pick<Crm, 'readProperties'>): PropertyCatalogue {
  const added = new Map<ObjectType, Map<string, PropertyDefinition>>();
  const indexes = new WeakMap<readonly PropertyDefinition[], PropertyIndex>();

  return {
    async read(objectType, context, options = {}) {
      const listed = await crm.readProperties(objectType, context, options);
      const unlisted = added.get(objectType);
      let index = indexes.get(listed);
      if (index === undefined) {
        index = indexOf(listed);
        indexes.set(listed, index);
      }
      if (unlisted === undefined) return index;
      for (const name of unlisted.keys()) if (index.get(name) !== undefined) unlisted.delete(name);
      return unlisted.size === 0 ? index : indexOf([...listed, ...unlisted.values()]);
    },
    add(objectType, property) {
      const known = added.get(objectType) ?? new Map<string, PropertyDefinition>();
      known.set(property.name, asDefinition(property));
      added.set(objectType, known);
    },
    drop(objectType, names) {
      for (const name of names) added.get(objectType)?.delete(name);
    },
  };
}

function indexOf(definitions: readonly PropertyDefinition[]): PropertyIndex {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const byMark = new Map<string, PropertyDefinition>();
  for (const definition of definitions) {
    const mark = readFieldMark(definition.description);
    const other = mark === undefined ? undefined : byMark.get(mark);
    // A user copied a property with its description: every replica must choose the same one of the two.
    if (mark !== undefined && (other === undefined || definition.name < other.name)) byMark.set(mark, definition);
  }
  return {
    get: (name) => byName.get(name),
    createdFor: (field) => byMark.get(fieldKey(field)),
    createdCount: byMark.size,
  };
}

/** Whether the bridge can write values of this property. */
export function isWritable({ isReadOnly, isCalculated, type }: PropertyDefinition): boolean {
  return !isReadOnly && !isCalculated && type !== 'other';
}

function asDefinition(property: NewProperty): PropertyDefinition {
  const { isLong = false, isUnique = false, ...rest } = property;
  return {
    ...rest,
    isLong,
    isUnique,
    isMultiple: false,
    options: [],
    hasExternalOptions: false,
    isReadOnly: false,
    isCalculated: false,
    isArchived: false,
  };
}
