import type { ObjectType } from '../../crm.ts';

/**
 * Type ids of the default associations, from → to (HUBSPOT_DEFINED; the SDK's AssociationTypes). Inline associations of a create
 * need them; everywhere else HubSpot picks the default itself.
 */
const defaultAssociation: Readonly<Record<string, number>> = {
  'contacts→companies': 279,
  'companies→contacts': 280,
  'contacts→contacts': 449,
  'companies→companies': 450,
  'tasks→contacts': 204,
  'contacts→tasks': 203,
  'tasks→companies': 192,
  'companies→tasks': 191,
  'emails→contacts': 198,
  'contacts→emails': 197,
  'emails→companies': 186,
  'companies→emails': 185,
  'communications→contacts': 81,
  'contacts→communications': 82,
  'communications→companies': 87,
  'companies→communications': 88,
  'notes→contacts': 202,
  'contacts→notes': 201,
  'notes→companies': 190,
  'companies→notes': 189,
  'calls→contacts': 194,
  'contacts→calls': 193,
  'calls→companies': 182,
  'companies→calls': 181,
  'meetings→contacts': 200,
  'contacts→meetings': 199,
  'meetings→companies': 188,
  'companies→meetings': 187,
};

/** Undefined if HubSpot defines no association between the two. */
export function defaultAssociationType(from: ObjectType, to: ObjectType): number | undefined {
  return defaultAssociation[`${from}→${to}`];
}

/** The type that marks a record's main record of another kind; undefined if HubSpot has none between the two. */
export function primaryAssociationType(from: ObjectType, to: ObjectType): number | undefined {
  return primaryAssociation[`${from}→${to}`];
}

const primaryAssociation: Readonly<Record<string, number>> = { 'contacts→companies': 1, 'companies→contacts': 2 };
