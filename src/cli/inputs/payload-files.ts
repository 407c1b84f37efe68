import { readFileSync } from 'node:fs';
import { type RecordKind, recordKinds, type SentRecord } from '../../contract/records.ts';
import { isObject, listUnder } from '../../json.ts';
import { UsageError } from '../command-io.ts';

/** Records by kind, as Enginy sends them. */
export type Payload = Readonly<Record<RecordKind, readonly SentRecord[]>>;

/**
 * Reads the bodies of requests for contacts and companies: one of them, a list of them, one a line, or captures of such requests.
 * @throws UsageError that names the file.
 */
export function readPayloads(files: readonly string[]): Payload {
  const records: Record<RecordKind, SentRecord[]> = { contacts: [], companies: [] };
  for (const file of files) {
    let found = 0;
    for (const body of bodiesIn(readJson(file))) {
      for (const kind of recordKinds) {
        const sent = listUnder(kind, body).filter(isObject);
        for (const record of sent) records[kind].push(record);
        found += sent.length;
      }
    }
    if (found === 0) {
      throw new UsageError(`${file} holds no records: expected {"contacts": […]} or {"companies": […]}, or a capture`);
    }
  }
  return records;
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read`, { cause: error });
  }
  return parse(text) ?? text.split('\n').map(parse);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not one JSON document: perhaps one per line. A file without any document gives no records, which the caller reports.
    return undefined;
  }
}

/** A capture contains the request and its outcome; its body may be text. */
function bodiesIn(content: unknown): unknown[] {
  if (Array.isArray(content)) return content.flatMap(bodiesIn);
  if (!isObject(content)) return [];
  const { request } = content;
  if (!isObject(request)) return [content];
  return [typeof request.body === 'string' ? parse(request.body) : request.body];
}
