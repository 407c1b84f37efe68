import { z } from 'zod';

/** Free text that may be omitted, null or empty. Numbers are accepted. BODY_LIMIT alone bounds its length. */
export const optionalText = z.union([z.string(), z.number()], { error: 'must be a string' }).nullish();

/** Of a field that is required. */
export const missingOrNoText = ({ input }: { readonly input?: unknown }): string =>
  input === undefined ? 'is missing' : 'must be a string';

/** The longest value of a field that is a code, a date or an id of another system. */
export const maxShortText = 500;

/** Optional text that is never prose. */
export const optionalShortText = z
  .union([z.string().max(maxShortText, `must have at most ${maxShortText} characters`), z.number()], {
    error: 'must be a string',
  })
  .nullish();

const maxIdLength = 512;
const tooLongId = `must have at most ${maxIdLength} characters`;

/** An id as it was sent. It is returned in the type in which it was sent. */
export type SentId = string | number;

/**
 * A required id: a string, or an integer that JSON carries exactly. HubSpot's unique properties and paths accept far more than 512
 * characters.
 */
export const requiredId = z.union(
  [
    z
      .string()
      .max(maxIdLength, tooLongId)
      .regex(/\S/, 'must not be empty')
      .refine((text) => text.isWellFormed() && !text.includes('\0'), 'has characters that cannot be stored'),
    z.int({ error: 'must be an id: a string, or a whole number of at most 15 digits' }),
  ],
  { error: ({ input }) => (input === undefined ? 'is missing' : 'must be an id: a string or a whole number') },
);

/** The id of a record, task or activity in the CRM. */
export const id = requiredId.describe('An id that the bridge returned');

/** An id that may be omitted, null or empty. */
export const optionalId = z
  .union([z.string().max(maxIdLength, tooLongId), z.number().int().nonnegative()], {
    error: 'must be an id: a string or a whole number',
  })
  .nullish();

/** The value of an optional field; undefined if it is omitted, null or blank. */
export function textOf(value: string | number | null | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  return text.trim() === '' ? undefined : text;
}

/** Like {@link textOf}, trimmed: for ids. */
export function trimmedId(value: string | number | null | undefined): string | undefined {
  return textOf(value)?.trim();
}
