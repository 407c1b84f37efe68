import { z } from 'zod';

/** Body of every answer that is not a success. */
export const ErrorAnswer = z.object({
  error: z.string().describe('Short and stable'),
  message: z.string().describe('For a person; names the place of a mistake'),
  requestId: z.string(),
});
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;
