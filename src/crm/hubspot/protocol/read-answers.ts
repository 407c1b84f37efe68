import { isObject } from '../../../json.ts';
import type {
  AnsweredCall,
  AnsweredRecord,
  AnswerReader,
  DescribedError,
  Json,
  WriteInput,
} from '../../crm-protocol.ts';
import type { Pair } from '../../crm.ts';

export const answerReader: AnswerReader = {
  recordsIn,
  resultsIn,
  errorsIn,
  isAboutInput,
  isAboutLink,
  lookupValuesOf,
  describeError,
};

function resultsIn(response: unknown): unknown[] {
  return isObject(response) && Array.isArray(response.results) ? response.results : [];
}

function errorsIn(response: unknown): Json[] {
  return isObject(response) && Array.isArray(response.errors) ? response.errors.filter(isObject) : [];
}

function recordsIn({ response, status }: AnsweredCall): AnsweredRecord[] {
  if (status >= 400) return [];
  return resultsIn(response)
    .filter(isObject)
    .map(({ id, properties, ...rest }) => ({
      id: String(id),
      properties: isObject(properties) ? properties : {},
      traceId: typeof rest.objectWriteTraceId === 'string' ? rest.objectWriteTraceId : undefined,
      rest,
    }));
}

function isAboutInput(error: Json, input: WriteInput): boolean {
  const context = isObject(error.context) ? error.context : {};
  const valuesOf = (key: string) => (Array.isArray(context[key]) ? context[key].map(String) : []);
  const traceIds = valuesOf('objectWriteTraceId');
  if (input.traceId !== undefined && traceIds.length > 0) return traceIds.includes(input.traceId);
  return input.id !== undefined && valuesOf('ids').includes(input.id);
}

function isAboutLink(entry: unknown, item: Pair): boolean {
  const ids = new Set(JSON.stringify(entry).match(/\d+/g) ?? []);
  return ids.has(item.fromId) && (item.toId === '' || ids.has(item.toId) || !('to' in Object(entry)));
}

/** A merged record is also found by the ids it absorbed, a contact also by its additional email addresses. */
function lookupValuesOf({ id, properties }: AnsweredRecord, idProperty: string | undefined): string[] {
  const valuesOf = (name: string) =>
    String(properties[name] ?? '')
      .toLowerCase()
      .split(';');
  if (idProperty !== undefined) {
    return [idProperty, ...(idProperty === 'email' ? ['hs_additional_emails'] : [])].flatMap(valuesOf);
  }
  const merged = ['hs_merged_object_ids', 'hs_calculated_merged_vids'].flatMap(valuesOf);
  // An entry of the merged ids may carry its time after a colon.
  return [id, ...merged.map((value) => value.split(':')[0] ?? '')];
}

function describeError(error: Json): DescribedError {
  const category = [error.category ?? error.errorType, error.policyName].filter((part) => part !== undefined).join(' ');
  const ids = isObject(error.context) && Array.isArray(error.context.ids) ? error.context.ids.map(String) : [];
  return { category, message: String(error.message ?? ''), ids };
}
