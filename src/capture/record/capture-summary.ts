import { isObject } from '../../json.ts';
import type { Capture } from '../capture-schema.ts';

/** Counts for a list of captures, without reading the rest of the file. */
export function summaryOf(path: string, request: unknown, answer: unknown): Omit<Capture['summary'], 'upstreamCalls'> {
  const results = listIn(answer, 'results');
  const failed = results.filter((result) => isObject(result) && result.success === false).length;
  const isError = isObject(answer) && typeof answer.error === 'string';
  const warnings = [...results, answer].flatMap((entry) =>
    isObject(entry) && Array.isArray(entry.warnings) ? entry.warnings : [],
  );
  return {
    records: recordsIn(request, path),
    errors: listIn(answer, 'errors').length + failed + (isError ? 1 : 0),
    warnings: warnings.length,
  };
}

function recordsIn(request: unknown, path: string): number {
  for (const key of ['contacts', 'companies', 'associations', 'ids']) {
    const list = listIn(request, key);
    if (list.length > 0) return list.length;
  }
  return isObject(request) && /^\/(?:activities|tasks)\b/.test(path) ? 1 : 0;
}

function listIn(value: unknown, key: string): readonly unknown[] {
  const list = isObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? list : [];
}
