import { type Html, html } from './html.ts';

export interface FormFrame {
  readonly action: string;
  readonly formToken: string;
  readonly className?: string;
  /** A landmark of the page, and its name. */
  readonly role?: 'search';
  readonly label?: string;
}

/** A form that changes something, with the token that proves it came from a page of this session. */
export function postForm({ action, formToken, className, role, label }: FormFrame, content: Html): Html {
  return html`<form method="post" action="${action}" ${className !== undefined && html`class="${className}"`}${role !== undefined && html` role="${role}"`}${label !== undefined && html` aria-label="${label}"`}>
<input type="hidden" name="form-token" value="${formToken}">
${content}
</form>`;
}
