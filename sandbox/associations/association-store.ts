import type { ObjectName } from '../object-types.ts';
import type { PortalSchema } from '../portal-schema.ts';
import { type AssociationType, associationTypesBetween } from './association-types.ts';

type TypeIds = Set<number>;
type Links = Map<number, Map<number, TypeIds>>;

/** One end of a link. */
export interface End {
  readonly type: ObjectName;
  readonly id: number;
}

/** Both ends of a link. */
export interface Ends {
  readonly from: End;
  readonly to: End;
}

const none: ReadonlyMap<number, ReadonlySet<number>> = new Map();

/** Links between records, kept in both directions. */
export class AssociationStore {
  readonly #links = new Map<string, Links>();
  /** Labels that users of the account defined, both directions of each. */
  readonly #labels: AssociationType[] = [];

  /** Defines a label between two kinds of records; without another name, it reads the same from the other side. */
  define(from: ObjectName, to: ObjectName, { label, inverseLabel = label }: { label: string; inverseLabel?: string }) {
    const typeId = 1_001 + this.#labels.length;
    const reverseId = from === to && inverseLabel === label ? typeId : typeId + 1;
    const rest = { role: 'custom', category: 'USER_DEFINED' } as const;
    const there: AssociationType = { from, to, typeId, reverseId, label, ...rest };
    const back: AssociationType = {
      from: to,
      to: from,
      typeId: reverseId,
      reverseId: typeId,
      label: inverseLabel,
      ...rest,
    };
    this.#labels.push(there, back);
    return [there, back] as const;
  }

  /** Takes over the labels of a real account. The file has no pairs: the other direction of a label is the one with the nearest id. */
  restore(labels: PortalSchema['associationLabels']): void {
    const distance = (a: { typeId: number }, b: { typeId: number }) => Math.abs(a.typeId - b.typeId);
    for (const { from, to, typeId, label, category } of labels) {
      if (category !== 'USER_DEFINED') continue;
      const others = labels.filter((other) => other.from === to && other.to === from && other.category === category);
      const nearest = others.toSorted((a, b) => distance(a, { typeId }) - distance(b, { typeId }))[0];
      this.#labels.push({ from, to, typeId, reverseId: nearest?.typeId ?? typeId, label, role: 'custom', category });
    }
  }

  /** The types possible between two kinds of records, HubSpot's own first. */
  typesBetween(from: ObjectName, to: ObjectName): readonly AssociationType[] {
    const own = this.#labels.filter((type) => type.from === from && type.to === to);
    return [...associationTypesBetween(from, to), ...own];
  }

  /** Ids of the linked records with the types of each link. */
  linked(from: End, to: ObjectName): ReadonlyMap<number, ReadonlySet<number>> {
    return this.#links.get(`${from.type}>${to}`)?.get(from.id) ?? none;
  }

  /** Adds a type to the link of a pair; an existing one is left as it is. A record has one primary record of a kind. */
  add(from: End, to: End, type: AssociationType): void {
    if (type.role === 'primary')
      this.#demoteOthers(from.type === 'contacts' ? from : to, from.type === 'contacts' ? to : from);
    this.#typesOf(from, to).add(type.typeId);
    this.#typesOf(to, from).add(type.reverseId);
  }

  #demoteOthers(contact: End, company: End): void {
    for (const [id, typeIds] of this.#links.get(`${contact.type}>${company.type}`)?.get(contact.id) ?? []) {
      if (id === company.id) continue;
      typeIds.delete(1);
      this.#links.get(`${company.type}>${contact.type}`)?.get(id)?.get(contact.id)?.delete(2);
    }
  }

  /** Makes the given types all that the pair has: labels that are not named are lost. */
  replace(from: End, to: End, types: readonly AssociationType[]): void {
    this.remove(from, to);
    for (const type of types) this.add(from, to, type);
  }

  remove(from: End, to: End): void {
    this.#links.get(`${from.type}>${to.type}`)?.get(from.id)?.delete(to.id);
    this.#links.get(`${to.type}>${from.type}`)?.get(to.id)?.delete(from.id);
  }

  /** Drops every link of a record. */
  removeAll(end: End): void {
    for (const { to, id } of this.#allOf(end)) this.remove(end, { type: to, id });
  }

  /** Gives all links of one record to another (a merge). */
  move(from: End, into: End): void {
    for (const { to, id, typeIds } of this.#allOf(from)) {
      const far: End = { type: to, id };
      if (far.type !== into.type || far.id !== into.id)
        for (const type of this.typesBetween(from.type, to)) if (typeIds.has(type.typeId)) this.add(into, far, type);
      this.remove(from, far);
    }
  }

  #allOf(end: End): { to: ObjectName; id: number; typeIds: ReadonlySet<number> }[] {
    return [...this.#links].flatMap(([pair, links]) => {
      const [from, to] = pair.split('>');
      if (from !== end.type) return [];
      // The key consists of two object names.
      return [...(links.get(end.id) ?? [])].map(([id, typeIds]) => ({ to: to as ObjectName, id, typeIds }));
    });
  }

  #typesOf(from: End, to: End): TypeIds {
    const links = obtain(this.#links, `${from.type}>${to.type}`, () => new Map<number, Map<number, TypeIds>>());
    const ofRecord = obtain(links, from.id, () => new Map<number, TypeIds>());
    return obtain(ofRecord, to.id, () => new Set<number>());
  }
}

function obtain<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
