import type { Mappings } from '../mapping/load/file-kinds.ts';
import type { ActivityMapping } from '../mapping/schema/activity-mapping.ts';
import type { Path } from '../mapping/schema/finding.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import type { TaskMapping } from '../mapping/schema/task-mapping.ts';
import type { ConstantRow, TimelineRow } from '../mapping/schema/timeline-row.ts';
import type { MappedRow } from './mapped-row.ts';
import { matchRows, readRow, returnRows } from './reading-rows.ts';
import { constantRows, keyRow, mappedTimelineRows } from './mapped-timeline-rows.ts';
import { writingRows } from './writing-rows.ts';

/** What one mapping file says about one object of the CRM. */
export interface MappedObject {
  readonly file: string;
  readonly objectType: string;
  /** Where findings about the whole object are reported. */
  readonly path: Path;
  readonly rows: readonly MappedRow[];
  /** Enginy chooses the owners of such records. */
  readonly hasOwners: boolean;
  /** Without it, the bridge can do little. */
  readonly isEssential: boolean;
}

/** All objects that the files of a folder map. */
export function mappedObjects(mappings: Mappings): MappedObject[] {
  const { contacts, companies, tasks, activities } = mappings;
  return [
    ...[contacts, companies].flatMap((mapping) => (mapping === undefined ? [] : [recordObject(mapping)])),
    ...(tasks === undefined ? [] : [taskObject(tasks)]),
    ...(activities === undefined ? [] : activityObjects(activities, mappings)),
  ];
}

function recordObject(mapping: Mapping): MappedObject {
  return {
    file: mapping.file,
    objectType: mapping.target.objectType,
    path: ['target'],
    rows: [...writingRows(mapping), ...matchRows(mapping), ...returnRows(mapping)],
    hasOwners: mapping.write.fields.some((row) => row.enginy === 'ownerId'),
    isEssential: true,
  };
}

function taskObject(mapping: TaskMapping): MappedObject {
  const completed = mapping.completed_at.map((property, at) => readRow('completedAt', property, ['completed_at', at]));
  return {
    file: mapping.file,
    objectType: mapping.target.objectType,
    path: ['target'],
    rows: [keyRow(mapping.key), ...rowsAt(mapping, []), ...completed],
    hasOwners: hasOwner(mapping.fields),
    isEssential: false,
  };
}

function activityObjects(mapping: ActivityMapping, mappings: Mappings): MappedObject[] {
  const { file, key, people } = mapping;
  const objects = Object.entries(mapping.objects).map(
    ([objectType, object]): MappedObject => ({
      file,
      objectType,
      path: ['objects', objectType],
      rows: [keyRow(key), ...rowsAt(object, ['objects', objectType]), ...constantsOfTypes(mapping, objectType)],
      hasOwners: hasOwner(object.fields),
      isEssential: false,
    }),
  );
  const participants = Object.entries(people ?? {}).map(([name, property]) =>
    readRow(`participants ${name}`, property, ['people', name]),
  );
  const marks = (section: 'contacts' | 'companies') =>
    constantRows(mapping.on_activity[section], ['on_activity', section]);
  const linked = [
    { objectType: mappings.contacts.target.objectType, path: ['people'], rows: participants },
    { objectType: mappings.contacts.target.objectType, path: ['on_activity', 'contacts'], rows: marks('contacts') },
    {
      objectType: mappings.companies?.target.objectType ?? 'companies',
      path: ['on_activity', 'companies'],
      rows: marks('companies'),
    },
  ];
  return [
    ...objects,
    ...linked
      .filter(({ rows }) => rows.length > 0)
      .map((object): MappedObject => ({ ...object, file, hasOwners: false, isEssential: false })),
  ];
}

function constantsOfTypes({ types }: ActivityMapping, objectType: string): MappedRow[] {
  return Object.entries(types).flatMap(([name, { object, on_create }]) =>
    object === objectType ? constantRows(on_create, ['types', name, 'on_create']) : [],
  );
}

function rowsAt(
  { fields, on_create }: { readonly fields: readonly TimelineRow[]; readonly on_create: readonly ConstantRow[] },
  path: Path,
): MappedRow[] {
  return [...mappedTimelineRows(fields, [...path, 'fields']), ...constantRows(on_create, [...path, 'on_create'])];
}

function hasOwner(rows: readonly TimelineRow[]): boolean {
  return rows.some(({ enginy }) => enginy === 'ownerId');
}
