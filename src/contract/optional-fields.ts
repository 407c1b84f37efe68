import { z } from 'zod';

/** A field that may be left out, be null or be empty: all three say nothing. Numbers are taken as their text. */
export const optionalText = z.union([z.string(), z.number()], { error: 'must be a text' }).nullish();

/** An id in a body: a text; a number is taken as its digits. */
export const id = z
  .union([z.string().regex(/\S/).max(512), z.number().int().nonnegative()], {
    error: 'must be an id: a text that is not empty',
  })
  .describe('An id, as the bridge gave it');

/** An id that may be left out, be null or be empty. */
export const optionalId = z
  .union([z.string().max(512), z.number().int().nonnegative()], { error: 'must be an id: a text' })
  .nullish();

/** What an optional field says: undefined for everything that says nothing. */
export function textOf(value: string | number | null | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  return text.trim() === '' ? undefined : text;
}

/** As {@link textOf}, without white space around it: for ids. */
export function idOf(value: string | number | null | undefined): string | undefined {
  return textOf(value)?.trim();
}
