import type { CallContext, NewProperty } from '../../crm/crm.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { ManagedProperties, ManagedProperty, ManagedPropertyState } from './managed-property.ts';

/** The unique property that stores Enginy's ids; without one, repeated creates are only detected by the bridge's own memory. */
export interface IdentityProperties {
  /**
   * As {@link ManagedProperties.ensure}; `unavailable` where the mapping names no such property.
   * @throws GatewayError when the CRM could not be reached.
   */
  ensure(mapping: Mapping, context: CallContext): Promise<ManagedPropertyState>;
  /** As {@link ManagedProperties.invalidate}. */
  invalidate(mapping: Mapping): void;
}

export function createIdentityProperties(managed: ManagedProperties): IdentityProperties {
  return {
    async ensure(mapping, context) {
      const property = identityOf(mapping);
      return property === undefined ? 'unavailable' : await managed.ensure(property, context);
    },
    invalidate(mapping) {
      const property = identityOf(mapping);
      if (property !== undefined) managed.invalidate(property);
    },
  };
}

/** The property that stores Enginy's ids, as the bridge creates it; undefined where the mapping names none. */
export function identityDefinition(mapping: Mapping): NewProperty | undefined {
  if (mapping.identity === undefined) return undefined;
  return {
    name: mapping.identity.crm,
    label: 'Enginy ID',
    description: "Enginy's id of this record, kept by enginy-bridge so that a repeated create finds it. Do not edit.",
    type: 'text',
    isUnique: true,
    group: mapping.write.unknown_fields.group,
  };
}

function identityOf(mapping: Mapping): ManagedProperty | undefined {
  const definition = identityDefinition(mapping);
  if (definition === undefined) return undefined;
  const { objectType } = mapping.target;
  const fallbackNote = 'repeated creates are only detected until the next restart';
  return { objectType, ...definition, isUnique: true, fallbackNote };
}
