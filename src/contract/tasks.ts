import { z } from 'zod';
import { missingOrNoText, id, optionalId, optionalShortText, optionalText } from './optional-fields.ts';
import { echoedId, Warnings } from './records.ts';

const subject = z.string({ error: missingOrNoText }).regex(/\S/, 'must not be empty');
const completed = z.boolean({ error: 'must be true or false' });

const fields = {
  description: optionalText.describe('Text or HTML'),
  type: optionalShortText.describe('call, email, meeting or anything else'),
  ownerId: optionalId.describe('An id of GET /users'),
  dueDate: optionalShortText.describe('ISO 8601'),
  contactId: optionalId.describe('Id of a contact in the CRM'),
  companyId: optionalId.describe('Id of a company in the CRM'),
  completed: completed.nullish(),
};

/** Body of POST /tasks. Unknown fields are allowed. */
export const TaskBody = z.looseObject({ subject, ...fields }, { error: 'must be an object' });
export type TaskBody = z.infer<typeof TaskBody>;

/** Body of PATCH /tasks/:id: fields that are omitted, null or empty are not changed. */
export const TaskPatch = z.looseObject({ subject: optionalText, ...fields }, { error: 'must be an object' });
export type TaskPatch = z.infer<typeof TaskPatch>;

const ids = z.array(id, { error: 'must be an array' });

/** Body of POST /tasks/batch, /contacts/batch and /companies/batch. */
export const IdsBody = z.looseObject({ ids }, { error: 'must be an object' });
export type IdsBody = z.infer<typeof IdsBody>;

/** Body of PATCH /tasks/batch. */
export const TaskBatchPatch = z.looseObject({ ids, completed }, { error: 'must be an object' });
export type TaskBatchPatch = z.infer<typeof TaskBatchPatch>;

export const TaskAnswer = z.looseObject({
  id: z.string(),
  subject: z.string(),
  description: z.string().optional(),
  type: z.string().optional(),
  ownerId: z.string().optional(),
  dueDate: z.string().describe('ISO 8601').optional(),
  contactId: z.string().optional(),
  companyId: z.string().optional(),
  completed: z.boolean(),
  completedAt: z.string().nullable().describe('ISO 8601'),
  warnings: Warnings.optional(),
});
export type TaskAnswer = z.infer<typeof TaskAnswer>;

export const TasksAnswer = z.array(TaskAnswer.extend({ id: echoedId }));
