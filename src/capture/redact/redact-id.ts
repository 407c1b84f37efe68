import type { Put, Redaction } from './redaction.ts';

/** Ids that contain no name: digests, and numbers after a word for what they number. */
const PLAIN_ID =
  /^(?:[0-9a-f-]+|(?:lead|contact|company|person|account|task|activity|message|user|enginy|genesy|crm|ext|id)[-_:]?\d+)$/i;

/** An id with letters is checked again when all names of the capture are known. */
export function redactId({ values, defer }: Redaction, id: string, put: Put): string {
  const replaced = values.value(id, 'id');
  if (replaced === id && /[a-z]{3}/i.test(id) && !PLAIN_ID.test(id)) defer('id', id, put);
  return replaced;
}
