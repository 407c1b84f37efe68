import { type Html, html } from './html.ts';

/** A form that changes something, with the token that proves it came from a page of this session. */
export function postForm(
  {
    action,
    formToken,
    className,
  }: { readonly action: string; readonly formToken: string; readonly className?: string },
  content: Html,
): Html {
  return html`<form method="post" action="${action}" ${className !== undefined && html`class="${className}"`}>
<input type="hidden" name="form-token" value="${formToken}">
${content}
</form>`;
}
