import type { z } from 'zod';
import { type ActivityMapping, ActivityMappingFile, lintActivityFile } from '../schema/activity-mapping.ts';
import type { Finding } from '../schema/finding.ts';
import { type Mapping, RecordMappingFile, type RecordObject } from '../schema/record-mapping.ts';
import { lintTaskFile, type TaskMapping, TaskMappingFile } from '../schema/task-mapping.ts';
import type { Locale } from '../values/locale.ts';
import { lintRecordFile } from './lint-record-file.ts';

/** Where a mapping came from and what it may know. */
export interface MappingOrigin {
  readonly file: string;
  readonly hash: string;
  readonly locale: Locale;
}

/** One kind of mapping file, chosen by the second half of `target`. */
export interface FileKind<Built> {
  readonly schema: z.ZodType;
  /** What stands in for keys at the top that a file lacks, so that the rest of it can be linted all the same. */
  readonly skeleton: Readonly<Record<string, unknown>>;
  /** The bridge does not start without a file of this kind. */
  readonly isRequired: boolean;
  /** Findings beyond the schema; the content has passed the schema. */
  lint(content: unknown): Finding[];
  /** The content has passed schema and lint. */
  build(content: unknown, origin: MappingOrigin): Built;
}

/** All kinds of mapping file: a new kind is one more entry, with a schema and a lint of its own. */
export const fileKinds = {
  contacts: recordKind('contacts', true),
  companies: recordKind('companies', false),
  tasks: taskKind(),
  activities: activityKind(),
};

export type FileKindName = keyof typeof fileKinds;

type BuiltBy<Kind> = Kind extends FileKind<infer Built> ? Built : never;

/** All mapping files of one folder, by kind. */
export type Mappings = {
  readonly [Name in FileKindName]?: BuiltBy<(typeof fileKinds)[Name]>;
} & {
  readonly contacts: Mapping;
  /** Short digest of all files together. */
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
      return { ...file, ...origin, object, target: { crm, objectType } };
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
