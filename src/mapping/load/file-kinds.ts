import type { z } from 'zod';
import { type ActivityMapping, ActivityMappingFile, lintActivityFile } from '../schema/activity-mapping.ts';
import type { Finding } from '../schema/finding.ts';
import { type Mapping, RecordMappingFile, type RecordObject } from '../schema/record-mapping.ts';
import { lintTaskFile, type TaskMapping, TaskMappingFile } from '../schema/task-mapping.ts';
import type { Locale } from '../values/locale.ts';
import { lintRecordFile } from './lint-record-file.ts';

/** Where a mapping comes from, and the locale of its values. */
export interface MappingOrigin {
  readonly file: string;
  readonly hash: string;
  readonly locale: Locale;
}

/** A kind of mapping file, selected by the second half of `target`. */
export interface FileKind<Built> {
  readonly schema: z.ZodType;
  /** Placeholders for missing top-level keys, so that the rest of the file can be linted. */
  readonly skeleton: Readonly<Record<string, unknown>>;
  /** True if the bridge does not start without such a file. */
  readonly isRequired: boolean;
  /** Checks beyond the schema; requires content that passes the schema. */
  lint(content: unknown): Finding[];
  /** Requires content that passes schema and lint. */
  build(content: unknown, origin: MappingOrigin): Built;
}

/** All kinds of mapping files. To add a kind, add an entry with its own schema and lint. */
export const fileKinds = {
  contacts: recordKind('contacts', true),
  companies: recordKind('companies', false),
  tasks: taskKind(),
  activities: activityKind(),
};

export type FileKindName = keyof typeof fileKinds;

type BuiltBy<Kind> = Kind extends FileKind<infer Built> ? Built : never;

/** All mapping files of a folder, by kind. */
export type Mappings = {
  readonly [Name in FileKindName]?: BuiltBy<(typeof fileKinds)[Name]>;
} & {
  readonly contacts: Mapping;
  /** Short digest of all files. */
  readonly hash: string;
};

function recordKind(object: RecordObject, isRequired: boolean): FileKind<Mapping> {
  return {
    schema: RecordMappingFile,
    skeleton: {
      version: '1',
      target: `crm/${object}`,
      match: { rules: [{ enginy: 'externalId', crm: 'id' }] },
      write: {},
    },
    isRequired,
    lint: (content) => lintRecordFile(object, RecordMappingFile.parse(content)),
    build: (content, origin) => {
      const { target, ...file } = RecordMappingFile.parse(content);
      const [crm = '', objectType = ''] = target.split('/');
      const locale = { ...origin.locale, sharedHosts: file.match.shared_hosts, placeholders: file.match.placeholders };
      return { ...file, ...origin, locale, object, target: { crm, objectType } };
    },
  };
}

function taskKind(): FileKind<TaskMapping> {
  return {
    schema: TaskMappingFile,
    skeleton: {
      version: '1',
      target: 'crm/tasks',
      key: 'key',
      fields: [{ enginy: 'subject', crm: 'id' }],
      completed_at: ['id'],
    },
    isRequired: false,
    lint: (content) => lintTaskFile(TaskMappingFile.parse(content)),
    build: (content, { file, hash }) => {
      const { target, ...rest } = TaskMappingFile.parse(content);
      const [crm = '', objectType = ''] = target.split('/');
      return { ...rest, file, hash, object: 'tasks', target: { crm, objectType } };
    },
  };
}

function activityKind(): FileKind<ActivityMapping> {
  return {
    schema: ActivityMappingFile,
    skeleton: { version: '1', target: 'crm/activities', key: 'key', types: {}, objects: {} },
    isRequired: false,
    lint: (content) => lintActivityFile(ActivityMappingFile.parse(content)),
    build: (content, { file, hash }) => {
      const { target, ...rest } = ActivityMappingFile.parse(content);
      return { ...rest, file, hash, object: 'activities', target: { crm: target.split('/')[0] ?? '' } };
    },
  };
}
