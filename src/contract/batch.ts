import { z } from 'zod';
import { echoedId } from './records.ts';

/** Response of POST /contacts/batch and /companies/batch: unknown ids are omitted. */
export const RecordsAnswer = z.object({
  results: z.array(z.looseObject({ id: echoedId }).describe("The record's fields under Enginy's names")),
});
export type RecordsAnswer = z.infer<typeof RecordsAnswer>;
