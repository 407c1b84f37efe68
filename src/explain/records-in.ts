import { isObject } from '../json.ts';

/** The records of parsed JSON: the body of a request, a list of records, one record, or a capture of a request. */
export function recordsIn(content: unknown, kind: string): readonly unknown[] {
  if (Array.isArray(content)) return content;
  if (!isObject(content)) return [];
  const list = content[kind];
  if (Array.isArray(list)) return list;
  if (isObject(content.request)) return recordsIn(content.request.body, kind);
  const isOther = Object.values(content).length === 1 && Array.isArray(Object.values(content)[0]);
  return isOther ? [] : [content];
}
