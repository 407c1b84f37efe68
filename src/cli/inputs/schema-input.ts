import { existsSync, writeFileSync } from 'node:fs';
import { readPortalSchema } from '../../portal-schema/read-portal-schema.ts';
import { readSchemaFile } from '../../portal-schema/read-schema-file.ts';
import { SchemaFile } from '../../portal-schema/schema-file.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import type { CallContext, Crm } from '../../crm/crm.ts';

/** Throws UsageError with one sentence if the file cannot be used. */
export function readSchema(file: string): SchemaFile {
  try {
    return readSchemaFile(file);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A saved portal replaces the account, so only one of them can be named. */
export function demandNoLive({ live, sandbox, schema }: SourceOptions): void {
  if (schema !== undefined && (live || sandbox)) {
    throw new UsageError(`--schema replaces ${live ? '--live' : '--sandbox'}: use only one of them`);
  }
}

interface SourceOptions {
  readonly live?: true;
  readonly sandbox?: true;
  readonly schema?: string;
}

interface AskedAccount {
  readonly crm: Crm;
  readonly context: CallContext;
}

/** Saves a description of the account. Overwrites nothing but an earlier schema. Throws UsageError if the file cannot be written. */
export async function saveSchema(io: CommandIo, { crm, context }: AskedAccount, file: string): Promise<void> {
  if (existsSync(file)) demandSchema(file);
  const { schema, omitted } = await readPortalSchema(crm, context);
  try {
    // The written file can be read again.
    writeFileSync(file, `${JSON.stringify(SchemaFile.parse(schema), null, 1)}\n`);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
  for (const name of omitted) io.complain(`warning: ${file} lacks the ${name}: the token may not read them\n`);
}

function demandSchema(file: string): void {
  try {
    readSchemaFile(file);
  } catch (error) {
    throw new UsageError(`${file} exists and is not overwritten: it is not an earlier schema file`, { cause: error });
  }
}
