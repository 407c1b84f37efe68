import type { Answer } from './answer.ts';

const hidden = new Set(['hs_email_html', 'hs_email_text', 'hs_email_subject', 'hs_email_headers']);

/** Empties what a token without `sales-email-read` may not see of logged e-mails. */
export function redactEmails(answer: Answer): Answer {
  if (answer.body === undefined) return answer;
  const text = JSON.stringify(answer.body, (key, value: unknown) =>
    hidden.has(key) && typeof value === 'string' ? '' : value,
  );
  return { ...answer, body: JSON.parse(text) };
}
