import type {
  CreateInput,
  Crm,
  CrmProblem,
  CrmRecord,
  LinkOutcome,
  ListedRecord,
  NewProperty,
  NewPropertyOutcome,
  ObjectType,
  Owner,
  Pair,
  PropertyDefinition,
  ReadOutcome,
  RecordPage,
  SearchClause,
  UnlinkOutcome,
  UpdateInput,
  WriteOutcome,
} from '../../src/crm/crm.ts';

/** A call that the fake received: the port's method and what it was about. */
export interface FakeCall {
  readonly method: keyof Crm;
  readonly objectType?: ObjectType;
  readonly count: number;
}

export interface FakeCrm extends Crm {
  readonly calls: FakeCall[];
  readonly records: Map<ObjectType, Map<string, CrmRecord>>;
  readonly owners: Owner[];
  /** Definitions by name; a test may change them, as an administrator does. */
  definitionsOf(objectType: ObjectType): Map<string, PropertyDefinition>;
  /** Puts a record there, as if another application had written it. */
  put(objectType: ObjectType, record: CrmRecord): void;
  /** The next call of a method ends like this instead: an error is thrown, a function may carry the call out, or not. */
  failNext(method: keyof Crm, how: Error | ((carryOut: () => unknown) => unknown)): void;
  /** Every call of a method ends with this error until it is undone. */
  failAlways(method: keyof Crm, error: Error | undefined): void;
}

export interface FakeCrmOptions {
  /** Properties by object type; `email` and `enginy_external_id` are there from the start. */
  readonly properties?: Readonly<Record<ObjectType, readonly (Partial<PropertyDefinition> & { name: string })[]>>;
  readonly forbidsNewProperties?: boolean;
}

const defaults: Omit<PropertyDefinition, 'name' | 'label'> = {
  type: 'text',
  isMultiple: false,
  isLong: false,
  options: [],
  hasExternalOptions: false,
  isReadOnly: false,
  isCalculated: false,
  isArchived: false,
  isUnique: false,
  group: 'contactinformation',
};

/** An in-memory CRM at the port, strict about unique values and unknown properties. */
export function fakeCrm(options: FakeCrmOptions = {}): FakeCrm {
  const records: FakeCrm['records'] = new Map();
  const calls: FakeCall[] = [];
  const owners: Owner[] = [];
  const definitions = new Map<ObjectType, Map<string, PropertyDefinition>>();
  const nextFaults = new Map<keyof Crm, (Error | ((carryOut: () => unknown) => unknown))[]>();
  const lastingFaults = new Map<keyof Crm, Error>();
  const links = new Set<string>();
  const holders = new Map<string, Map<string, CrmRecord>>();
  let nextId = 1000;

  const storeOf = (objectType: ObjectType) => {
    const store = records.get(objectType) ?? new Map<string, CrmRecord>();
    records.set(objectType, store);
    return store;
  };
  const propertiesOf = (objectType: ObjectType) => {
    let known = definitions.get(objectType);
    if (known === undefined) {
      const given = options.properties?.[objectType] ?? defaultProperties.map((name) => ({ name }));
      known = new Map(given.map((each) => [each.name, { ...defaults, label: each.name, ...each }]));
      definitions.set(objectType, known);
    }
    return known;
  };
  const isUnique = (objectType: ObjectType, name: string) =>
    (objectType === 'contacts' && name === 'email') || propertiesOf(objectType).get(name)?.isUnique === true;

  async function call<Answer>(method: keyof Crm, facts: Omit<FakeCall, 'method'>, work: () => Answer): Promise<Answer> {
    calls.push({ method, ...facts });
    holders.clear();
    const lasting = lastingFaults.get(method);
    if (lasting !== undefined) throw lasting;
    const fault = nextFaults.get(method)?.shift();
    if (fault instanceof Error) throw fault;
    // The fault decides what the caller sees; the fake's own answer has its type.
    return fault === undefined ? work() : (fault(work) as Answer);
  }

  /** The record that holds a value, looked up in an index that lives as long as one call: tests change the store in between. */
  function holderOf(objectType: ObjectType, property: string, value: string): CrmRecord | undefined {
    const name = `${objectType} ${property}`;
    let index = holders.get(name);
    if (index === undefined) {
      index = new Map();
      for (const record of storeOf(objectType).values()) {
        const held = record.properties[property]?.toLowerCase();
        if (held !== undefined && !index.has(held)) index.set(held, record);
      }
      holders.set(name, index);
    }
    return index.get(value.toLowerCase());
  }

  /** Puts a record into the store and into the indexes of this call. */
  function store(objectType: ObjectType, record: CrmRecord): void {
    storeOf(objectType).set(record.id, record);
    storedAt.set(record, new Date().toISOString());
    for (const [property, value] of Object.entries(record.properties)) {
      if (value !== null) holders.get(`${objectType} ${property}`)?.set(value.toLowerCase(), record);
    }
  }

  function check(
    objectType: ObjectType,
    properties: Readonly<Record<string, string>>,
    ownId?: string,
  ): CrmProblem | undefined {
    const unknown = Object.keys(properties).filter((name) => !propertiesOf(objectType).has(name));
    if (unknown.length > 0) {
      return {
        kind: 'invalid',
        message: 'unknown properties',
        properties: unknown.map((name) => ({
          name,
          cause: 'no-property',
          code: 'PROPERTY_DOESNT_EXIST',
          reason: 'there is no such property',
        })),
      };
    }
    for (const [property, value] of Object.entries(properties)) {
      if (!isUnique(objectType, property)) continue;
      const holder = holderOf(objectType, property, value);
      if (holder !== undefined && holder.id !== ownId) {
        return { kind: 'conflict', message: 'exists', existingId: holder.id, property };
      }
    }
    return undefined;
  }

  const pick = (record: CrmRecord, names: readonly string[]): CrmRecord => ({
    ...record,
    properties: Object.fromEntries(names.map((name) => [name, record.properties[name] ?? null])),
  });

  /** When each state of a record was stored; a record that a test put there may name its own time. */
  const storedAt = new WeakMap<CrmRecord, string>();

  function listed(record: CrmRecord, names: readonly string[]): ListedRecord {
    const modifiedAt = storedAt.get(record) ?? record.createdAt ?? new Date(0).toISOString();
    return { ...pick(record, names), modifiedAt };
  }

  function pageOf(
    objectType: ObjectType,
    page: { after: string | undefined; size: number; since?: Date; properties: readonly string[] },
  ): RecordPage {
    const rest = [...storeOf(objectType).values()]
      .map((record) => listed(record, page.properties))
      .filter(({ id }) => Number(id) > Number(page.after ?? 0))
      .filter(({ modifiedAt }) => page.since === undefined || Date.parse(modifiedAt) >= page.since.getTime())
      .sort((a, b) => Number(a.id) - Number(b.id));
    const records = rest.slice(0, page.size);
    return { records, next: rest.length > records.length ? records.at(-1)?.id : undefined };
  }

  function createOne(objectType: ObjectType, input: CreateInput): WriteOutcome {
    const problem = check(objectType, input.properties);
    if (problem !== undefined) return { problem };
    nextId += 1;
    const record = {
      id: String(nextId),
      properties: { ...input.properties },
      createdAt: new Date(nextId).toISOString(),
    };
    const unknownLink = input.links?.find((link) => !storeOf(link.objectType).has(link.id));
    if (unknownLink !== undefined) {
      return {
        problem: { kind: 'invalid', message: `no ${unknownLink.objectType} ${unknownLink.id}`, properties: [] },
      };
    }
    store(objectType, record);
    for (const link of input.links ?? []) linkOne(objectType, link.objectType, { fromId: record.id, toId: link.id });
    return { record };
  }

  function linkOne(from: ObjectType, to: ObjectType, { fromId, toId }: Pair): LinkOutcome {
    const isThere = storeOf(from).has(fromId) && storeOf(to).has(toId);
    if (!isThere) return { problem: { kind: 'not-found', message: `no ${from} ${fromId} or ${to} ${toId}` } };
    links.add(`${from} ${fromId} ${to} ${toId}`).add(`${to} ${toId} ${from} ${fromId}`);
    return 'linked';
  }

  function updateOne(objectType: ObjectType, input: UpdateInput): WriteOutcome {
    const known = storeOf(objectType).get(input.id);
    if (known === undefined) return { problem: { kind: 'not-found', message: `no ${objectType} ${input.id}` } };
    const problem = check(objectType, input.properties, input.id);
    if (problem !== undefined) return { problem };
    const record = { ...known, properties: { ...known.properties, ...input.properties } };
    store(objectType, record);
    return { record };
  }

  function holds(record: CrmRecord, clause: SearchClause): boolean {
    const value = (record.properties[clause.property] ?? '').toLowerCase();
    return 'in' in clause
      ? clause.in.some((wanted) => wanted.toLowerCase() === value)
      : clause.tokens.every((token) => value.includes(token.toLowerCase()));
  }

  return {
    calls,
    records,
    owners,
    definitionsOf: propertiesOf,
    put: (objectType, record) => {
      storeOf(objectType).set(record.id, record);
      storedAt.set(record, new Date().toISOString());
    },
    failNext: (method, how) => {
      nextFaults.set(method, [...(nextFaults.get(method) ?? []), how]);
    },
    failAlways: (method, error) => {
      if (error === undefined) lastingFaults.delete(method);
      else lastingFaults.set(method, error);
    },
    canReadBy: (objectType, property) =>
      call('canReadBy', { objectType, count: 1 }, () => isUnique(objectType, property)),
    readByIds: (objectType, ids, names) =>
      call('readByIds', { objectType, count: ids.length }, (): ReadOutcome => {
        const found = new Map<string, CrmRecord>();
        for (const id of ids) {
          const record = storeOf(objectType).get(id);
          if (record !== undefined) found.set(id, pick(record, names));
        }
        return { found, missing: new Set(ids.filter((id) => !found.has(id))), failed: new Map() };
      }),
    readBy: ({ objectType, property, values }, names) =>
      call('readBy', { objectType, count: values.length }, (): ReadOutcome => {
        const found = new Map<string, CrmRecord>();
        for (const value of values) {
          const record = holderOf(objectType, property, value);
          if (record !== undefined) found.set(value, pick(record, names));
        }
        return { found, missing: new Set(values.filter((value) => !found.has(value))), failed: new Map() };
      }),
    search: (objectType, searchKeys, names) =>
      call('search', { objectType, count: searchKeys.length }, () => ({
        candidates: [...storeOf(objectType).values()]
          .filter((record) => searchKeys.some(({ clauses }) => clauses.some((clause) => holds(record, clause))))
          .map((record) => pick(record, names)),
        failed: new Map(),
      })),
    countFilled: (objectType, properties) =>
      call('countFilled', { objectType, count: properties.length }, () => {
        const records = [...storeOf(objectType).values()];
        return new Map(properties.map((name) => [name, records.filter((record) => record.properties[name]).length]));
      }),
    list: ({ objectType, after, properties }) =>
      call('list', { objectType, count: 1 }, () => pageOf(objectType, { after, size: 100, properties })),
    modifiedSince: ({ objectType, since, afterId, properties }) =>
      call('modifiedSince', { objectType, count: 1 }, () => ({
        ...pageOf(objectType, { after: afterId, size: 200, since, properties }),
        servedAt: new Date(),
      })),
    create: (objectType, inputs) =>
      call('create', { objectType, count: inputs.length }, () => inputs.map((input) => createOne(objectType, input))),
    update: (objectType, inputs) =>
      call('update', { objectType, count: inputs.length }, () => inputs.map((input) => updateOne(objectType, input))),
    readProperties: (objectType) =>
      call('readProperties', { objectType, count: 1 }, () => [...propertiesOf(objectType).values()]),
    createProperties: (objectType, properties) =>
      call('createProperties', { objectType, count: properties.length }, () =>
        properties.map((property: NewProperty): NewPropertyOutcome => {
          if (options.forbidsNewProperties === true) {
            return { problem: { kind: 'refused', message: 'a scope is missing', missingScopes: ['schemas.write'] } };
          }
          if (propertiesOf(objectType).has(property.name)) return 'existed';
          const { isLong = false, isUnique: unique = false, ...rest } = property;
          propertiesOf(objectType).set(property.name, { ...defaults, ...rest, isLong, isUnique: unique });
          return 'created';
        }),
      ),
    link: (from, to, pairs) =>
      call('link', { objectType: from, count: pairs.length }, () => pairs.map((pair) => linkOne(from, to, pair))),
    linkAs: ({ from, to, pairs }) =>
      call('linkAs', { objectType: from, count: pairs.length }, () => ({
        outcomes: pairs.map((pair) => linkOne(from, to, pair)),
        removed: [],
        unknownLabels: [],
      })),
    unlink: (from, to, pairs) =>
      call('unlink', { objectType: from, count: pairs.length }, () =>
        pairs.map(({ fromId, toId }): UnlinkOutcome => {
          links.delete(`${from} ${fromId} ${to} ${toId}`);
          links.delete(`${to} ${toId} ${from} ${fromId}`);
          return 'unlinked';
        }),
      ),
    readLinks: (from, to, ids) =>
      call('readLinks', { objectType: from, count: ids.length }, () => ({
        found: new Map(
          ids.map((id): [string, readonly string[]] => [
            id,
            [...storeOf(to).keys()].filter((toId) => links.has(`${from} ${id} ${to} ${toId}`)),
          ]),
        ),
        failed: new Map(),
      })),
    listOwners: () => call('listOwners', { count: 1 }, () => owners),
    forgetRequirements: () => {},
    listLinkLabels: async () => [],
    readScopes: async () => undefined,
    readAccount: () =>
      call('readAccount', { count: 1 }, () => ({
        id: '1',
        timeZone: 'UTC',
        linkTemplates: {
          contacts: 'https://crm.example/contacts/{{crmId}}',
          companies: 'https://crm.example/c/{{crmId}}',
        },
      })),
  };
}

const defaultProperties = [
  'email',
  'hs_additional_emails',
  'firstname',
  'lastname',
  'phone',
  'mobilephone',
  'company',
  'jobtitle',
  'hs_linkedin_url',
  'city',
  'state',
  'country',
  'industry',
  'website',
  'company_size',
  'hubspot_owner_id',
  'hs_lead_status',
  'lifecyclestage',
  // Companies.
  'name',
  'domain',
  'linkedin_company_page',
  'numberofemployees',
  'annualrevenue',
  'founded_year',
  'type',
  'description',
  // Tasks and activities.
  'hs_timestamp',
  'hs_task_subject',
  'hs_task_body',
  'hs_task_type',
  'hs_task_status',
  'hs_task_completion_date',
  'hs_email_direction',
  'hs_email_subject',
  'hs_email_html',
  'hs_email_headers',
  'hs_email_status',
  'hs_communication_body',
  'hs_communication_channel_type',
  'hs_communication_logged_from',
];
