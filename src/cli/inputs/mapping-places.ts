import { type CheckedMappings, checkMappings } from '../../mapping/load/load-mappings.ts';
import type { Path } from '../../mapping/schema/finding.ts';

/** Where in the mapping files a person changes what happened. */
export interface MappingPlaces {
  /** Digest of the files as they are now; undefined where they have errors. */
  readonly hash: string | undefined;
  /** `mappings/hubspot/contacts.yaml:45`, the row that writes a property; the file alone where no row does. */
  row(object: string, property: string | undefined): string;
  /** The place of a key, e.g. `match`, `if_several`. */
  key(object: string, path: Path): string;
}

/** Reads the mapping files of a folder as far as they can be read; never throws for what is wrong with them. */
export function readMappingPlaces(dir: string): MappingPlaces {
  const { mappings, documents } = checkMappings(dir);
  const at = (object: string, path: Path | undefined) => {
    const file = mappings === undefined ? undefined : fileOf(mappings, object);
    if (file === undefined) return `the mapping file for ${object} in ${dir}`;
    const line = path === undefined ? undefined : documents.get(file)?.locate(path).line;
    return line === undefined ? file : `${file}:${line}`;
  };
  return {
    hash: mappings?.hash,
    row: (object, property) => at(object, property === undefined ? undefined : rowPath(mappings, object, property)),
    key: at,
  };
}

type Mappings = NonNullable<CheckedMappings['mappings']>;

function fileOf(mappings: Mappings, object: string): string | undefined {
  const kinds = { contacts: mappings.contacts, companies: mappings.companies, tasks: mappings.tasks };
  if (object === 'activities') return mappings.activities?.file;
  return Object.hasOwn(kinds, object) ? kinds[object as keyof typeof kinds]?.file : undefined;
}

function rowPath(mappings: Mappings | undefined, object: string, property: string): Path | undefined {
  if (mappings === undefined) return undefined;
  if (object === 'contacts' || object === 'companies') {
    const mapping = mappings[object];
    if (mapping?.identity?.crm === property) return ['identity'];
    const index = mapping?.write.fields.findIndex(({ crm }) => crm === property) ?? -1;
    return index < 0 ? undefined : ['write', 'fields', index];
  }
  if (object === 'tasks') {
    const index = mappings.tasks?.fields.findIndex(({ crm }) => crm === property) ?? -1;
    return index < 0 ? undefined : ['fields', index];
  }
  for (const [name, { fields = [] }] of Object.entries(mappings.activities?.objects ?? {})) {
    const index = fields.findIndex(({ crm }) => crm === property);
    if (index >= 0) return ['objects', name, 'fields', index];
  }
  return undefined;
}
