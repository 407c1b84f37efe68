import type { ObjectName } from '../object-types.ts';

/** A HubSpot-defined association type, one direction of it. */
export interface AssociationType {
  readonly from: ObjectName;
  readonly to: ObjectName;
  readonly typeId: number;
  /** Type of the same link seen from the other side. */
  readonly reverseId: number;
  /** `default` is what associate/default creates; `primary` marks a contact's main company. */
  readonly role: 'default' | 'primary' | 'custom';
  readonly label: string | null;
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED';
}

type Row = readonly [ObjectName, ObjectName, number, number, ('primary' | undefined)?];

/** Ids of the SDK's `AssociationTypes`. */
const rows: readonly Row[] = [
  ['contacts', 'companies', 279, 280],
  ['contacts', 'companies', 1, 2, 'primary'],
  ['contacts', 'contacts', 449, 449],
  ['companies', 'companies', 450, 450],
  ['tasks', 'contacts', 204, 203],
  ['tasks', 'companies', 192, 191],
  ['emails', 'contacts', 198, 197],
  ['emails', 'companies', 186, 185],
  ['communications', 'contacts', 81, 82],
  ['communications', 'companies', 87, 88],
  ['notes', 'contacts', 202, 201],
  ['notes', 'companies', 190, 189],
];

const types: readonly AssociationType[] = rows.flatMap(([from, to, typeId, reverseId, primary]) => {
  const rest = {
    role: primary ?? 'default',
    label: primary ? 'Primary' : null,
    category: 'HUBSPOT_DEFINED',
  } as const;
  const there = { from, to, typeId, reverseId, ...rest };
  return typeId === reverseId
    ? [there]
    : [there, { from: to, to: from, typeId: reverseId, reverseId: typeId, ...rest }];
});

/** The types possible between two kinds of records, the default one first. */
export function associationTypesBetween(from: ObjectName, to: ObjectName): readonly AssociationType[] {
  return types.filter((type) => type.from === from && type.to === to);
}

export function defaultAssociationType(from: ObjectName, to: ObjectName): AssociationType | undefined {
  return types.find((type) => type.from === from && type.to === to && type.role === 'default');
}

export function associationType(from: ObjectName, to: ObjectName, typeId: number): AssociationType | undefined {
  return types.find((type) => type.from === from && type.to === to && type.typeId === typeId);
}
