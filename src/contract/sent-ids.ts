import type { z } from 'zod';
import { checkEntries, type RefusedEntry } from './entries.ts';
import { id, type SentId } from './optional-fields.ts';

/** The ids of a request for many records. */
export interface SentIds {
  /** Those that can be served, as trimmed text. */
  readonly ids: readonly string[];
  readonly refused: readonly RefusedEntry[];
  /** An id as it was sent: as text or as a number. */
  asSent(id: string): SentId;
}

/**
 * @param schema of the whole body, which has a list `ids`.
 * @throws InvalidRequestError as {@link checkEntries} does.
 */
export async function readIds(schema: z.ZodType, body: unknown): Promise<SentIds> {
  const { usable, refused } = await checkEntries({ schema, list: 'ids', entry: id }, body);
  const sent = new Map(usable.map(({ entry }) => [String(entry).trim(), entry]));
  return {
    ids: usable.map(({ entry }) => String(entry).trim()),
    refused,
    asSent: (text) => sent.get(text) ?? text,
  };
}
