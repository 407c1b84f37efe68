/** What the pages show of the embedded CRM. */
export const dataKinds = ['contacts', 'companies', 'tasks', 'emails', 'communications', 'notes'] as const;
export type DataKind = (typeof dataKinds)[number];

export interface DataRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** The embedded CRM as this process has it: reading takes none of the calls that its limits leave to the bridge. */
export interface EmbeddedCrm {
  /** This many records after an id. */
  page(kind: DataKind, after: string, size: number): readonly DataRecord[];
  record(kind: DataKind, id: string): DataRecord | undefined;
  /** Ids of the records of a kind that a record is associated with. */
  linked(from: DataKind, id: string, to: DataKind): readonly string[];
}

export interface DataPage {
  readonly records: readonly DataRecord[];
  /** The next page begins after this id. */
  readonly after?: string;
}

const pageSize = 50;
const maxAssociated = 50;

export function listRecords(crm: EmbeddedCrm, kind: DataKind, after = '0'): DataPage {
  const records = crm.page(kind, after, pageSize + 1);
  const shown = records.slice(0, pageSize);
  const last = shown.at(-1);
  return { records: shown, ...(records.length > pageSize && last !== undefined && { after: last.id }) };
}

/** The records of a kind that a record is associated with, the newest first. */
export function associatedRecords(
  crm: EmbeddedCrm,
  from: { readonly kind: DataKind; readonly id: string },
  to: DataKind,
): readonly DataRecord[] {
  const ids = crm.linked(from.kind, from.id, to).slice(-maxAssociated);
  const records = ids.flatMap((id) => crm.record(to, id) ?? []);
  return records.sort((a, b) => timeOf(b).localeCompare(timeOf(a)));
}

function timeOf({ properties }: DataRecord): string {
  return properties.hs_timestamp ?? '';
}
