import { z } from 'zod';
import { echoedId, Properties } from './records.ts';

/** Response of POST /contacts/batch and /companies/batch: unknown ids are omitted. */
export const RecordsAnswer = z.object({
  results: z.array(
    z
      .looseObject({ id: echoedId, ownerId: z.string().optional(), properties: Properties })
      .describe("The record's fields under Enginy's names, and all of them again in `properties`"),
  ),
});
export type RecordsAnswer = z.infer<typeof RecordsAnswer>;
