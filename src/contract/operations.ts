import type { z } from 'zod';
import { ActivityAnswer, ActivityBody } from './activities.ts';
import { AssociationsAnswer, AssociationsBody } from './associations.ts';
import { RecordsAnswer } from './batch.ts';
import { HealthAnswer, OpenApiAnswer, ProbeAnswer, ReadyAnswer } from './health.ts';
import {
  CreateAnswer,
  knownRecordsSchema,
  newRecordsSchema,
  type RecordKind,
  SyncAnswer,
  UpdateAnswer,
} from './records.ts';
import { IdsBody, TaskAnswer, TaskBatchPatch, TaskBody, TaskPatch, TasksAnswer } from './tasks.ts';
import { UsersAnswer } from './users.ts';

/** One endpoint with its request and its successful response. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch';
  /** `{id}` is a path parameter. */
  readonly path: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  /** Status and body of success. */
  readonly status: 200 | 201;
  readonly answer: z.ZodType;
  /** False for the probes, which require no key. */
  readonly needsKey?: false;
}

/** All endpoints of the bridge, in the order of Enginy's documentation. */
export const operations: readonly Operation[] = [
  { method: 'get', path: '/health', summary: 'Connection test: calls the CRM', status: 200, answer: HealthAnswer },
  { method: 'get', path: '/users', summary: 'Users that can own records', status: 200, answer: UsersAnswer },
  ...recordOperations('contacts'),
  ...recordOperations('companies'),
  {
    method: 'post',
    path: '/associations',
    summary: 'Link contacts with companies',
    body: AssociationsBody,
    status: 200,
    answer: AssociationsAnswer,
  },
  {
    method: 'post',
    path: '/activities',
    summary: 'Log an email or a LinkedIn event',
    body: ActivityBody,
    status: 201,
    answer: ActivityAnswer,
  },
  { method: 'get', path: '/activities/{id}', summary: 'One activity', status: 200, answer: ActivityAnswer },
  { method: 'post', path: '/tasks', summary: 'Create a task', body: TaskBody, status: 201, answer: TaskAnswer },
  { method: 'post', path: '/tasks/batch', summary: 'Tasks by id', body: IdsBody, status: 200, answer: TasksAnswer },
  {
    method: 'patch',
    path: '/tasks/batch',
    summary: 'Complete or reopen tasks',
    body: TaskBatchPatch,
    status: 200,
    answer: TasksAnswer,
  },
  { method: 'get', path: '/tasks/{id}', summary: 'One task', status: 200, answer: TaskAnswer },
  { method: 'patch', path: '/tasks/{id}', summary: 'Update a task', body: TaskPatch, status: 200, answer: TaskAnswer },
  { method: 'get', path: '/openapi.json', summary: 'This document', status: 200, answer: OpenApiAnswer },
  { method: 'get', path: '/livez', summary: 'Liveness', status: 200, answer: ProbeAnswer, needsKey: false },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Readiness',
    status: 200,
    answer: ReadyAnswer,
    needsKey: false,
  },
];

function recordOperations(kind: RecordKind): Operation[] {
  const fresh = newRecordsSchema(kind);
  return [
    { method: 'post', path: `/${kind}/sync`, summary: `Find ${kind}`, body: fresh, status: 200, answer: SyncAnswer },
    {
      method: 'post',
      path: `/${kind}`,
      summary: `Create or link ${kind}`,
      body: fresh,
      status: 201,
      answer: CreateAnswer,
    },
    {
      method: 'put',
      path: `/${kind}`,
      summary: `Update ${kind} by their CRM id`,
      body: knownRecordsSchema(kind),
      status: 200,
      answer: UpdateAnswer,
    },
    {
      method: 'post',
      path: `/${kind}/batch`,
      summary: `Read ${kind} by id`,
      body: IdsBody,
      status: 200,
      answer: RecordsAnswer,
    },
  ];
}
