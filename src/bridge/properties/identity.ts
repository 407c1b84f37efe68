import type { CallContext, Crm, NewProperty } from '../../crm/crm.ts';
import type { Logger } from '../../logger.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { createOwnPropertyBook, type OwnProperty, type OwnPropertyState } from './own-property.ts';

/** Whether the CRM keeps Enginy's ids in a unique property; without one only the bridge's memory makes a resend harmless. */
export type IdentityState = OwnPropertyState;

export interface IdentityBook {
  /**
   * Makes the property at first need; one attempt at a time however many requests ask.
   * @throws GatewayError when the CRM could not be asked.
   */
  ensure(mapping: Mapping, context: CallContext): Promise<IdentityState>;
  /** To be called when the CRM says that the property does not exist: the next `ensure` looks again. */
  doubt(mapping: Mapping): void;
}

export function createIdentityBook(deps: { crm: Crm; log: Logger; now?: () => number }): IdentityBook {
  const book = createOwnPropertyBook(deps);
  return {
    ensure: async (mapping, context) => {
      const property = identityOf(mapping);
      return property === undefined ? 'memory' : await book.ensure(property, context);
    },
    doubt(mapping) {
      const property = identityOf(mapping);
      if (property !== undefined) book.doubt(property);
    },
  };
}

/** The property that keeps Enginy's ids, as it is made; undefined where the mapping names none. */
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

function identityOf(mapping: Mapping): OwnProperty | undefined {
  const definition = identityDefinition(mapping);
  if (definition === undefined) return undefined;
  const { objectType } = mapping.target;
  return { objectType, ...definition, isUnique: true, withoutIt: 'repeated creates are recognised from memory only' };
}
