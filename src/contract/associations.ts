import { z } from 'zod';
import { id } from './optional-fields.ts';

const Association = z.looseObject({ contactCRMId: id, companyCRMId: id }, { error: 'must be an object' });

/** Body of POST /associations. */
export const AssociationsBody = z.object(
  { associations: z.array(Association, { error: 'must be an array' }) },
  { error: 'must be an object' },
);
export type AssociationsBody = z.infer<typeof AssociationsBody>;

export const AssociationError = z.object({ contactCRMId: z.string(), companyCRMId: z.string(), error: z.string() });

export const AssociationsAnswer = z.object({
  success: z.boolean().describe('False only if no pair could be linked'),
  created: z.number().int().describe('Distinct pairs that are linked now, including those that were linked before'),
  errors: z.array(AssociationError).optional(),
});
export type AssociationsAnswer = z.infer<typeof AssociationsAnswer>;
