import { type Answer, noContent } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { inputId, readInputs } from './batch-call.ts';
import { objectOfCall, recordId } from './object-of-call.ts';
import { archiveRecord } from './single-record.ts';

/** `POST …/batch/archive`: unknown ids are skipped. */
export function batchArchive(call: Call): Answer {
  const object = objectOfCall(call);
  for (const input of readInputs(call, 100) ?? []) {
    const record = object.records.find(recordId(inputId(input)));
    if (record) archiveRecord(object, record);
  }
  return noContent;
}
