import { z } from 'zod';
import { maxShortText, missingOrNoText, optionalId, optionalShortText, optionalText } from './optional-fields.ts';
import { Warnings } from './records.ts';

const directions = new Set(['', 'inbound', 'outbound']);

const direction = z
  .string({ error: missingOrNoText })
  .refine(
    (text) => text.length <= maxShortText && directions.has(text.trim().toLowerCase()),
    'must be INBOUND or OUTBOUND',
  )
  .describe('INBOUND or OUTBOUND')
  .nullish();

/** Body of POST /activities: one activity. Unknown fields are allowed. */
export const ActivityBody = z.looseObject(
  {
    type: z
      .string({ error: missingOrNoText })
      .max(maxShortText, `must have at most ${maxShortText} characters`)
      .regex(/\S/, 'must not be empty')
      .describe('EMAIL, LINKEDIN, LINKEDIN_INMAIL or LINKEDIN_CONNECTION'),
    subject: optionalText,
    body: optionalText.describe('Text or HTML'),
    direction,
    ownerId: optionalId.describe('An id of GET /users'),
    occurredAt: optionalShortText.describe('ISO 8601; defaults to now'),
    contactId: optionalId.describe('Id of a contact in the CRM'),
    companyId: optionalId.describe('Id of a company in the CRM'),
    metadata: z
      .looseObject({ messageId: optionalShortText }, { error: 'must be an object' })
      .nullish()
      .describe('messageId, sequenceIndex, sequenceMessageCount and anything else'),
  },
  { error: 'must be an object' },
);
export type ActivityBody = z.infer<typeof ActivityBody>;

export const ActivityAnswer = z.object({
  id: z.string(),
  type: z.string(),
  subject: z.string().optional(),
  body: z.string().optional(),
  direction: z.enum(['INBOUND', 'OUTBOUND']).optional(),
  ownerId: z.string().optional(),
  occurredAt: z.string().describe('ISO 8601').optional(),
  contactId: z.string().optional(),
  companyId: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  warnings: Warnings.optional(),
});
export type ActivityAnswer = z.infer<typeof ActivityAnswer>;
