import { isObject } from '../json.ts';

/** What a call asks of the CRM, whatever else went with it in the same batch. */
export type Meaning =
  | {
      readonly kind: 'read';
      readonly objectType: string;
      /** Undefined: by record id. */
      readonly idProperty: string | undefined;
      readonly ids: readonly string[];
      readonly properties: readonly string[];
    }
  | {
      readonly kind: 'search';
      readonly objectType: string;
      /** `property=value`, lower-case. */
      readonly terms: readonly string[];
      readonly properties: readonly string[];
    }
  | {
      readonly kind: 'write';
      readonly verb: 'create' | 'update' | 'upsert' | 'archive';
      readonly objectType: string;
      readonly inputs: readonly WriteInput[];
    }
  | {
      readonly kind: 'link' | 'read links';
      readonly from: string;
      readonly to: string;
      readonly items: readonly LinkItem[];
    }
  | { readonly kind: 'make properties'; readonly objectType: string; readonly definitions: readonly Json[] }
  | { readonly kind: 'other'; readonly call: string };

export interface WriteInput {
  /** Record id of an update; undefined for a create. */
  readonly id: string | undefined;
  readonly traceId: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
  readonly associations: unknown;
}

export interface LinkItem {
  readonly fromId: string;
  /** Empty where links are read. */
  readonly toId: string;
}

export type Json = Record<string, unknown>;

export interface WireCall {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

export function meaningOf({ method, path, body }: WireCall): Meaning {
  const [route = ''] = path.split('?');
  const inputs = isObject(body) && Array.isArray(body.inputs) ? body.inputs.filter(isObject) : [];
  const [, objectType = '', verb = ''] =
    /^\/crm\/(?:v\d|objects)\/(?:objects|[\d-]+)\/([^/]+)\/(?:batch\/)?([a-z]+)$/.exec(route) ?? [];
  if (method === 'POST' && objectType !== '' && isObject(body)) {
    if (verb === 'read') {
      const idProperty = typeof body.idProperty === 'string' ? body.idProperty : undefined;
      return {
        kind: 'read',
        objectType,
        idProperty,
        ids: inputs.map(({ id }) => String(id)),
        properties: texts(body.properties),
      };
    }
    if (verb === 'search') {
      return { kind: 'search', objectType, terms: termsOf(body), properties: texts(body.properties) };
    }
    if (verb === 'create' || verb === 'update' || verb === 'upsert' || verb === 'archive') {
      return { kind: 'write', verb, objectType, inputs: inputs.map(writeInput) };
    }
  }
  const link = /^\/crm\/(?:v4\/associations|associations\/[\d-]+)\/([^/]+)\/([^/]+)\/batch\/(.+)$/.exec(route);
  if (link !== null) {
    const [, from = '', to = '', what] = link;
    const items = inputs.map((input) => (what === 'read' ? { fromId: String(input.id), toId: '' } : linkItem(input)));
    return { kind: what === 'read' ? 'read links' : 'link', from, to, items };
  }
  const made = /^\/crm\/(?:v3\/properties|properties\/[\d-]+)\/([^/]+)(\/batch\/create)?$/.exec(route);
  if (made !== null && method === 'POST') {
    return {
      kind: 'make properties',
      objectType: made[1] ?? '',
      definitions: made[2] === undefined ? (isObject(body) ? [body] : []) : inputs,
    };
  }
  return { kind: 'other', call: `${method} ${path}${body === undefined ? '' : ` ${canonical(body)}`}` };
}

/** Two calls with the same key ask the same, whatever the order of their parts and however their inputs are numbered. */
export function callKey({ method, path, body }: WireCall): string {
  return `${method} ${path} ${canonical(body)}`;
}

const UNORDERED = new Set(['inputs', 'properties', 'values', 'filters', 'filterGroups', 'propertiesWithHistory']);

function canonical(value: unknown, key = ''): string {
  if (Array.isArray(value)) {
    const parts = value.map((entry) => canonical(entry));
    return `[${(UNORDERED.has(key) ? parts.sort() : parts).join(',')}]`;
  }
  if (!isObject(value)) return JSON.stringify(value) ?? '';
  const entries = Object.entries(value)
    .filter(([name, entry]) => name !== 'objectWriteTraceId' && entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonical(entry, name)}`).join(',')}}`;
}

function termsOf(body: Json): string[] {
  const groups = Array.isArray(body.filterGroups) ? body.filterGroups.filter(isObject) : [];
  const filters = groups.flatMap(({ filters }) => (Array.isArray(filters) ? filters.filter(isObject) : []));
  return filters.flatMap(({ propertyName, value, values }) => {
    const all = Array.isArray(values) ? values : value === undefined ? [''] : [value];
    return all.map((one) => `${String(propertyName)}=${String(one).toLowerCase()}`);
  });
}

function writeInput(input: Json): WriteInput {
  const properties = isObject(input.properties) ? input.properties : {};
  return {
    id: typeof input.id === 'string' ? input.id : undefined,
    traceId: typeof input.objectWriteTraceId === 'string' ? input.objectWriteTraceId : undefined,
    properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)])),
    associations: input.associations,
  };
}

function linkItem(input: Json): LinkItem {
  const from = isObject(input.from) ? input.from : isObject(input._from) ? input._from : {};
  const to = isObject(input.to) ? input.to : {};
  return { fromId: String(from.id), toId: String(to.id) };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
