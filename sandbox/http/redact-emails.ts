import { type Answer, okText, textOf } from './answer.ts';

const hidden = new Set(['hs_email_html', 'hs_email_text', 'hs_email_subject', 'hs_email_headers']);

/** Empties what a token without `sales-email-read` may not see of logged emails. */
export function redactEmails(answer: Answer): Answer {
  const text = textOf(answer);
  if (text === '') return answer;
  const redacted = JSON.parse(text, (key, value: unknown) =>
    hidden.has(key) && typeof value === 'string' ? '' : value,
  );
  return okText(JSON.stringify(redacted), answer.status);
}
