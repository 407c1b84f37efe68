import { isObject } from '../json.ts';
import { readRegularFile } from '../regular-file.ts';
import { SchemaFile, schemaFormat } from './schema-file.ts';

/** More than any account needs: a thousand properties with a hundred options each take 10 MB. */
const maxBytes = 20_000_000;

/**
 * Reads a portal's schema.
 * @throws Error with one sentence for the person who named the file.
 */
export function readSchemaFile(file: string): SchemaFile {
  const value = parse(file, readText(file));
  if (!isObject(value) || value.format !== schemaFormat) {
    throw new Error(`${file} is not a schema file; "enginy-bridge check --live --save-schema FILE" writes one`);
  }
  if (typeof value.version === 'number' && value.version > 1) {
    throw new Error(`${file} has version ${value.version} of the form: a newer enginy-bridge wrote it`);
  }
  const parsed = SchemaFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${file} is damaged: ${issue?.path.join('.') || 'its form'}: ${issue?.message.slice(0, 200)}`);
}

function readText(file: string): string {
  try {
    return readRegularFile(file, maxBytes);
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // The parser's message may quote the file.
    throw new Error(`${file} is damaged: it is not JSON`, { cause: error });
  }
}
