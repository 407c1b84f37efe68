import { type CheckedMappings, checkMappings } from '../mapping/load/load-mappings.ts';
import type { Path } from '../mapping/schema/finding.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import type { TimelineRow } from '../mapping/schema/timeline-row.ts';

/** Where in the mapping files a person changes what happened. */
export interface MappingPlaces {
  /** Digest of the files as they are now; undefined where they have errors. */
  readonly hash: string | undefined;
  /** The row that writes a property. */
  row(object: string, property: string | undefined): RowPlace;
  /** The place of a key, e.g. `match`, `if_several`. */
  key(object: string, path: Path): string;
}

/** A row of the mapping files as they are now. */
export interface RowPlace {
  /** `mappings/hubspot/contacts.yaml:45`; the file alone where no row writes the property. */
  readonly place: string;
  /** `raw text`: the property keeps what does not fit the row's own (`keep_raw_in`). */
  readonly kind: 'field' | 'identity' | 'raw text' | 'none';
  /** What an update does with a value that HubSpot has; absent for tasks and activities. */
  readonly overwrite?: 'always' | 'if_empty' | 'never';
}

/** Reads the mapping files of a folder as far as they can be read; never throws for what is wrong with them. */
export function readMappingPlaces(dir: string): MappingPlaces {
  return placesIn(checkMappings(dir), dir);
}

/** The places of files that were read already. */
export function placesIn({ mappings, documents }: CheckedMappings, dir: string): MappingPlaces {
  const at = (object: string, path: Path | undefined) => {
    const file = mappings === undefined ? undefined : fileOf(mappings, object);
    if (file === undefined) return `the mapping file for ${object} in ${dir}`;
    const line = path === undefined ? undefined : documents.get(file)?.locate(path).line;
    return line === undefined ? file : `${file}:${line}`;
  };
  return {
    hash: mappings?.hash,
    row: (object, property) => {
      const row = property === undefined ? undefined : findRow(mappings, object, property);
      // Files that cannot be read may have a row.
      const { path, ...what } = row ?? { path: undefined, kind: mappings === undefined ? 'field' : 'none' };
      return { place: at(object, path), ...what };
    },
    key: at,
  };
}

type Mappings = NonNullable<CheckedMappings['mappings']>;

function fileOf(mappings: Mappings, object: string): string | undefined {
  const kinds = { contacts: mappings.contacts, companies: mappings.companies, tasks: mappings.tasks };
  if (object === 'activities') return mappings.activities?.file;
  return Object.hasOwn(kinds, object) ? kinds[object as keyof typeof kinds]?.file : undefined;
}

interface FoundRow extends Omit<RowPlace, 'place'> {
  readonly path: Path;
}

function findRow(mappings: Mappings | undefined, object: string, property: string): FoundRow | undefined {
  if (mappings === undefined) return undefined;
  if (object === 'contacts' || object === 'companies') return findRecordRow(mappings[object], property);
  const lists: [path: Path, rows: readonly TimelineRow[]][] =
    object === 'tasks'
      ? [[['fields'], mappings.tasks?.fields ?? []]]
      : Object.entries(mappings.activities?.objects ?? {}).map(([name, { fields = [] }]) => {
          return [['objects', name, 'fields'], fields];
        });
  for (const [path, rows] of lists) {
    const index = rows.findIndex(({ crm }) => crm === property);
    if (index >= 0) return { path: [...path, index], kind: 'field' };
  }
  return undefined;
}

function findRecordRow(mapping: Mapping | undefined, property: string): FoundRow | undefined {
  if (mapping === undefined) return undefined;
  if (mapping.identity?.crm === property) return { path: ['identity'], kind: 'identity' };
  const { fields, overwrite } = mapping.write;
  const own = fields.findIndex(({ crm }) => crm === property);
  const index = own < 0 ? fields.findIndex((row) => row.keep_raw_in === property) : own;
  if (index < 0) return undefined;
  const kind = own < 0 ? 'raw text' : 'field';
  return { path: ['write', 'fields', index], kind, overwrite: fields[index]?.overwrite ?? overwrite };
}
