import type { Account } from './account/account.ts';
import type { Owner } from './account/owners.ts';
import { AssociationStore } from './associations/association-store.ts';
import type { Clock } from './clock.ts';
import { type ObjectName, type ObjectType, objectTypes } from './object-types.ts';
import { type PortalSchema, withSchema } from './portal-schema.ts';
import { PropertyRegistry } from './properties/property-registry.ts';
import type { ComputeContext } from './records/computed-values.ts';
import { additionalEmails } from './records/normalize.ts';
import { createReaders, type ReadValue } from './records/read-value.ts';
import { RecordStore, type RecordVersion } from './records/record-store.ts';
import type { Requirement } from './records/requirement.ts';
import { type Flicker, SearchIndex } from './search/search-index.ts';
import type { Switches } from './switches.ts';

export interface PortalSettings {
  readonly clock: Clock;
  readonly account: Account;
  readonly schema: PortalSchema | undefined;
  readonly switches: Switches;
  readonly indexLagMs: () => number;
  readonly indexFlicker: () => Flicker | false;
  readonly propertyLagMs: number;
  readonly customPropertyLimit: number;
}

/** Everything of one object type. */
export interface ObjectData {
  /** The account that holds it. */
  readonly portal: Portal;
  readonly type: ObjectType;
  readonly records: RecordStore;
  readonly properties: PropertyRegistry;
  readonly index: SearchIndex;
  /** Reads one property of a record: stored, else computed, else null. */
  reader(property: string): ReadValue;
}

/** The state of one HubSpot account: records, definitions, owners, links. A reset creates a new one. */
export class Portal {
  readonly settings: PortalSettings;
  readonly associations = new AssociationStore();
  readonly owners = new Map<string, Owner>();
  requirements: readonly Requirement[] = [];
  readonly #data: ReadonlyMap<ObjectName, ObjectData>;

  constructor(settings: PortalSettings) {
    this.settings = settings;
    this.associations.restore(settings.schema?.associationLabels ?? []);
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
    return this.object(type.name).reader(property)(version);
  }

  /** The form in which a unique value is compared. */
  uniqueKey(value: string): string {
    return value.trim().toLowerCase();
  }

  isOwner(id: string): boolean {
    const owner = this.owners.get(id);
    return owner !== undefined && !owner.archived;
  }

  #computeContext(type: ObjectName, records: RecordStore): ComputeContext {
    const linked = ({ record }: RecordVersion, to: ObjectName) => this.associations.linked({ type, id: record.id }, to);
    return {
      now: () => this.now,
      stored: (version, property) => records.stored(version, property),
      countLinks: (version, to) => linked(version, to).size,
      firstLink(version, to, typeId) {
        for (const [id, typeIds] of linked(version, to)) if (typeIds.has(typeId)) return id;
        return undefined;
      },
    };
  }

  #createObject(type: ObjectType): ObjectData {
    const { settings } = this;
    const index: SearchIndex = new SearchIndex({
      lagMs: settings.indexLagMs,
      flicker: settings.indexFlicker,
      readerOf: (property) => reader(property),
    });
    const records = new RecordStore(type, (record) => index.changed(record, this.now));
    if (type.name === 'contacts')
      records.addKey('email', (version) => {
        const email = records.stored(version, 'email');
        return [...(email ? [email] : []), ...additionalEmails(records.stored(version, 'hs_additional_emails'))];
      });
    const properties = new PropertyRegistry(withSchema(type, settings.schema), this.now, {
      custom: settings.customPropertyLimit,
      lagMs: settings.propertyLagMs,
    });
    const reader = createReaders(records, this.#computeContext(type.name, records));
    return { portal: this, type, records, properties, index, reader };
  }
}
