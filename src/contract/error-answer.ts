import { z } from 'zod';

/** Body of every error response. */
export const ErrorAnswer = z.object({
  error: z.string().describe('Short and stable'),
  message: z.string().describe('For a person; names the offending field'),
  requestId: z.string(),
});
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;
