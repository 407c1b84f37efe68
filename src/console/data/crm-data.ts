import { isObject } from '../../json.ts';

/** Where the embedded CRM is, and its token; both stay in this process. */
export interface EmbeddedCrm {
  readonly baseUrl: string;
  readonly accessToken: string;
}

/** What the pages show of the embedded CRM. */
export const dataKinds = ['contacts', 'companies', 'tasks', 'emails', 'communications', 'notes'] as const;
export type DataKind = (typeof dataKinds)[number];

export interface DataRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

export interface DataPage {
  readonly records: readonly DataRecord[];
  /** Where the next page begins. */
  readonly after?: string;
}

/** The embedded CRM over HTTP, as any client of HubSpot reads it. */
export interface CrmData {
  list(kind: DataKind, after: string | undefined): Promise<DataPage>;
  /** Undefined if there is none. */
  find(kind: DataKind, id: string): Promise<DataRecord | undefined>;
  /** The records of a kind that a record is associated with, the newest first. */
  associated(from: { readonly kind: DataKind; readonly id: string }, to: DataKind): Promise<readonly DataRecord[]>;
}

/** The pages share HubSpot's limits with Enginy's requests; the message is for the person who asked. */
export class CrmBusyError extends Error {
  override readonly name = 'CrmBusyError';
}

const pageSize = 50;
const maxAssociated = 50;
const timeoutMs = 10_000;

/** Properties of a list; a page of one record has all that have a value. */
const listed: Readonly<Record<DataKind, readonly string[]>> = {
  contacts: ['firstname', 'lastname', 'email', 'jobtitle', 'company', 'lifecyclestage'],
  companies: ['name', 'domain', 'industry', 'city', 'lifecyclestage'],
  tasks: ['hs_task_subject', 'hs_task_status', 'hs_task_type', 'hs_timestamp'],
  emails: ['hs_email_subject', 'hs_email_direction', 'hs_timestamp', 'hs_email_text', 'hs_email_html'],
  communications: ['hs_communication_channel_type', 'hs_timestamp', 'hs_communication_body'],
  notes: ['hs_timestamp', 'hs_note_body'],
};

export function createCrmData({ baseUrl, accessToken }: EmbeddedCrm): CrmData {
  async function call(path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${baseUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.status === 404) return undefined;
    if (response.status === 429) throw new CrmBusyError('The embedded CRM has no call left for this page');
    if (!response.ok) throw new Error(`the embedded CRM answered ${response.status} to ${path.split('?')[0]}`);
    return await response.json();
  }

  return {
    async list(kind, after) {
      const query = new URLSearchParams({ limit: String(pageSize), properties: listed[kind].join(',') });
      if (after !== undefined) query.set('after', after);
      const answer = await call(`/crm/v3/objects/${kind}?${query}`);
      const next =
        isObject(answer) && isObject(answer.paging) && isObject(answer.paging.next) ? answer.paging.next : {};
      return { records: recordsIn(answer), ...(typeof next.after === 'string' && { after: next.after }) };
    },
    async find(kind, id) {
      const definitions = await call(`/crm/v3/properties/${kind}`);
      const results = isObject(definitions) && Array.isArray(definitions.results) ? definitions.results : [];
      const properties = results.flatMap((each) =>
        isObject(each) && typeof each.name === 'string' ? [each.name] : [],
      );
      const answer = await call(`/crm/v3/objects/${kind}/batch/read`, { inputs: [{ id }], properties });
      return recordsIn(answer)[0];
    },
    async associated({ kind, id }, to) {
      const answer = await call(`/crm/v4/objects/${kind}/${encodeURIComponent(id)}/associations/${to}?limit=100`);
      const results = isObject(answer) && Array.isArray(answer.results) ? answer.results : [];
      const ids = results.flatMap((each) => (isObject(each) ? [String(each.toObjectId)] : []));
      if (ids.length === 0) return [];
      const inputs = [...new Set(ids)].slice(-maxAssociated).map((each) => ({ id: each }));
      const read = await call(`/crm/v3/objects/${to}/batch/read`, { inputs, properties: listed[to] });
      return [...recordsIn(read)].sort((a, b) => timeOf(b).localeCompare(timeOf(a)));
    },
  };
}

function timeOf({ properties }: DataRecord): string {
  return properties.hs_timestamp ?? '';
}

function recordsIn(answer: unknown): readonly DataRecord[] {
  const results = isObject(answer) && Array.isArray(answer.results) ? answer.results : [];
  return results.flatMap((each) => {
    if (!isObject(each) || !isObject(each.properties)) return [];
    const values = Object.entries(each.properties).filter(
      (entry): entry is [string, string | null] => typeof entry[1] === 'string' || entry[1] === null,
    );
    return [{ id: String(each.id), properties: Object.fromEntries(values) }];
  });
}
