import { isObject, listUnder } from '../../json.ts';
import type { Capture } from '../capture-schema.ts';

/** Counts for a list of captures, without reading the rest of the file. */
export function summaryOf(path: string, request: unknown, answer: unknown): Omit<Capture['summary'], 'upstreamCalls'> {
  const results = listUnder('results', answer);
  const failed = results.filter((result) => isObject(result) && result.success === false).length;
  const isError = isObject(answer) && typeof answer.error === 'string';
  const warnings = [...results, answer].flatMap((entry) =>
    isObject(entry) && Array.isArray(entry.warnings) ? entry.warnings : [],
  );
  return {
    records: recordsIn(request, path),
    errors: listUnder('errors', answer).length + failed + (isError ? 1 : 0),
    warnings: warnings.length,
  };
}

function recordsIn(request: unknown, path: string): number {
  for (const key of ['contacts', 'companies', 'associations', 'ids']) {
    const list = listUnder(key, request);
    if (list.length > 0) return list.length;
  }
  return isObject(request) && /^\/(?:activities|tasks)\b/.test(path) ? 1 : 0;
}
