import type { CallContext, ObjectType } from '../../crm.ts';
import type { PropertyDefinitions } from './property-definitions.ts';

/** A property by which records can be read. */
export interface UniqueProperty {
  readonly objectType: ObjectType;
  readonly property: string;
}

/** What the definitions say about reading records by a property. */
export interface UniqueProperties {
  canReadBy(unique: UniqueProperty, context: CallContext): Promise<boolean>;
  /** By the cached definitions or, if they do not list it, by fresh ones. */
  exists(unique: UniqueProperty, context: CallContext): Promise<boolean>;
  /** By fresh definitions. */
  isGone(unique: UniqueProperty, context: CallContext): Promise<boolean>;
}

export function createUniqueProperties(definitions: PropertyDefinitions): UniqueProperties {
  async function isListed(unique: UniqueProperty, context: CallContext, refresh: boolean): Promise<boolean> {
    const listed = await definitions.of(unique.objectType, context, { refresh });
    return listed.some(({ name }) => name === unique.property);
  }

  return {
    async canReadBy(unique, context) {
      if (isContactEmail(unique)) return true;
      const listed = await definitions.of(unique.objectType, context);
      return listed.some(({ name, isUnique }) => name === unique.property && isUnique);
    },
    async exists(unique, context) {
      if (isContactEmail(unique)) return true;
      return (await isListed(unique, context, false)) || (await isListed(unique, context, true));
    },
    isGone: async (unique, context) => !(await isListed(unique, context, true)),
  };
}

/** A contact's email is unique although its definition says otherwise. */
function isContactEmail({ objectType, property }: UniqueProperty): boolean {
  return objectType === 'contacts' && property === 'email';
}
