import type { z } from 'zod';
import { InvalidRequestError } from '../errors.ts';

/** More than this many problems are counted, not listed. */
const listedProblems = 20;

/**
 * Checks a body against its schema and gives back the body itself, not a copy: fields that no schema names stay as they came.
 * @throws InvalidRequestError that names every place, e.g. `contacts[3].externalId must be a text`.
 */
export function checkBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  // The cast is sound: the schemas used here check and never transform.
  if (parsed.success) return body as z.infer<Schema>;
  const problems = parsed.error.issues.map((issue) => `${formatPath(issue.path)} ${issue.message}`);
  const more = problems.length - listedProblems;
  const listed = problems.slice(0, listedProblems).join('; ');
  throw new InvalidRequestError(more > 0 ? `${listed}; and ${more} more` : listed);
}

/** `['contacts', 3, 'externalId']` → `contacts[3].externalId`; the body itself is `body`. */
export function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'body';
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
