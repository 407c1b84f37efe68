import { z } from 'zod';
import { id } from './optional-fields.ts';
import { echoedId, position } from './records.ts';

export const Association = z.looseObject({ contactCRMId: id, companyCRMId: id }, { error: 'must be an object' });

export type Association = z.infer<typeof Association>;

/** Body of POST /associations. */
export const AssociationsBody = z.object(
  { associations: z.array(Association, { error: 'must be an array' }) },
  { error: 'must be an object' },
);
export type AssociationsBody = z.infer<typeof AssociationsBody>;

const sentId = echoedId.nullable().describe('Null where it cannot be used');

export const AssociationError = z.object({
  contactCRMId: sentId,
  companyCRMId: sentId,
  index: position,
  error: z.string(),
});
export type AssociationError = z.infer<typeof AssociationError>;

export const AssociationsAnswer = z.object({
  success: z.boolean().describe('False only if no pair could be linked'),
  created: z.number().int().describe('Distinct pairs that are linked now, including those that were linked before'),
  errors: z.array(AssociationError).optional(),
  warnings: z.array(z.string()).optional().describe('What was omitted although the pairs are linked'),
});
export type AssociationsAnswer = z.infer<typeof AssociationsAnswer>;
