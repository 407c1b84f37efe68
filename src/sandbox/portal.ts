import type { Account } from './account/account.ts';
import type { Owner } from './account/owners.ts';
import { AssociationStore } from './associations/association-store.ts';
import type { Clock } from './clock.ts';
import { type ObjectName, type ObjectType, objectTypes } from './object-types.ts';
import { PropertyRegistry } from './properties/property-registry.ts';
import { type ComputeContext, computedValues } from './records/computed-values.ts';
import { additionalEmails } from './records/normalize.ts';
import { RecordStore, type RecordVersion } from './records/record-store.ts';
import { SearchIndex } from './search/search-index.ts';
import type { Switches } from './switches.ts';

export interface PortalSettings {
  readonly clock: Clock;
  readonly account: Account;
  readonly switches: Switches;
  readonly indexLagMs: number;
  readonly indexFlicker: false | { readonly afterMs: number; readonly forMs: number };
  readonly propertyLagMs: number;
  readonly customPropertyLimit: number;
}

/** Everything of one object type. */
export interface ObjectData {
  readonly type: ObjectType;
  readonly records: RecordStore;
  readonly properties: PropertyRegistry;
  readonly index: SearchIndex;
}

/** The state of one HubSpot account: records, definitions, owners, links. A reset makes a new one. */
export class Portal {
  readonly settings: PortalSettings;
  readonly associations = new AssociationStore();
  readonly owners = new Map<string, Owner>();
  readonly #data: ReadonlyMap<ObjectName, ObjectData>;

  constructor(settings: PortalSettings) {
    this.settings = settings;
    this.#data = new Map(objectTypes.map((type) => [type.name, this.#createObject(type)]));
  }

  get now(): number {
    return this.settings.clock.now();
  }

  get switches(): Switches {
    return this.settings.switches;
  }

  object(name: ObjectName): ObjectData {
    const data = this.#data.get(name);
    if (!data) throw new Error(`no object ${name}`);
    return data;
  }

  /** A record's value as HubSpot would return it: null when never set. */
  value(type: ObjectType, version: RecordVersion, property: string): string | null {
    const { records } = this.object(type.name);
    const stored = records.stored(version, property);
    if (stored !== undefined) return stored;
    // Object.hasOwn: a property may be called "constructor".
    const computed = Object.hasOwn(computedValues[type.name], property)
      ? computedValues[type.name][property]
      : undefined;
    return computed ? computed(version, this.#computeContext(type, version)) : null;
  }

  /** Names of all properties with a value, computed ones included. */
  namesWithValue(type: ObjectType, version: RecordVersion): string[] {
    const names = new Set([
      ...this.object(type.name).records.storedNames(version),
      ...Object.keys(computedValues[type.name]),
    ]);
    return [...names].filter((name) => this.value(type, version, name) !== null);
  }

  /** The form in which a unique value is compared. */
  uniqueKey(property: string, value: string): string {
    return property === 'email' || this.switches.uniqueIgnoresCase === 'yes' ? value.trim().toLowerCase() : value;
  }

  isOwner(id: string): boolean {
    const owner = this.owners.get(id);
    return owner !== undefined && (!owner.archived || this.switches.archivedOwner === 'accepted');
  }

  #computeContext(type: ObjectType, version: RecordVersion): ComputeContext {
    const { records } = this.object(type.name);
    const end = { type: type.name, id: version.record.id };
    return {
      now: this.now,
      stored: (property) => records.stored(version, property),
      countLinks: (to) => this.associations.linked(end, to).size,
      firstLink: (to, typeId) => {
        for (const [id, typeIds] of this.associations.linked(end, to)) if (typeIds.has(typeId)) return id;
        return undefined;
      },
    };
  }

  #createObject(type: ObjectType): ObjectData {
    const { settings } = this;
    const index: SearchIndex = new SearchIndex({
      lagMs: settings.indexLagMs,
      flicker: settings.indexFlicker,
      valueOf: (version, property) => this.value(type, version, property),
    });
    const records = new RecordStore(type, (record) => index.changed(record, this.now));
    if (type.name === 'contacts')
      records.addKey('email', (version) => {
        const email = records.stored(version, 'email');
        return [...(email ? [email] : []), ...additionalEmails(records.stored(version, 'hs_additional_emails'))];
      });
    const properties = new PropertyRegistry(type, this.now, {
      custom: settings.customPropertyLimit,
      lagMs: settings.propertyLagMs,
    });
    return { type, records, properties, index };
  }
}
