import { readFileSync } from 'node:fs';
import { recordsIn } from '../../explain/records-in.ts';
import { isObject } from '../../json.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import { type CommandIo, UsageError } from '../command-io.ts';

/**
 * The records of a payload: the body of a request, a list of records, one record, or a capture of a request.
 * @param source a file, or `-` for standard input.
 * @throws UsageError that says what is wrong with it.
 */
export async function readRecords(io: CommandIo, kind: string, source: string): Promise<readonly EnginyRecord[]> {
  const name = source === '-' ? 'standard input' : source;
  const content = parse(source === '-' ? await io.readInput() : readText(source), name);
  const records = recordsIn(content, kind);
  if (records.length > 0 && records.every(isObject)) return records;
  const position = records.findIndex((record) => !isObject(record));
  if (records.length > 1)
    throw new UsageError(`${name}: entry ${position} of ${kind} is not an object (counted from 0)`);
  throw new UsageError(`${name} holds no ${kind}: expected {"${kind}": […]}, a list of records, or one record`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new UsageError(`${file} cannot be read${reason}`);
  }
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const where =
      error instanceof Error ? (/position \d+( \(line \d+ column \d+\))?/.exec(error.message)?.[0] ?? '') : '';
    throw new UsageError(`${name} is not JSON${where === '' ? '' : ` (${where})`}`);
  }
}
