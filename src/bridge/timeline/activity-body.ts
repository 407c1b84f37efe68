import type { ActivityType, Direction } from '../../mapping/schema/activity-mapping.ts';
import { escapeHtml, fromHtmlBody, toHtmlBody, unescapeHtml } from './html-body.ts';

/** A longer subject would push the message out of sight. */
const longestSubject = 500;

/** The body as the CRM is to show it; where the object has no place for them, it opens with what happened and the subject. */
export function composeActivityBody(sent: {
  readonly type: ActivityType;
  readonly direction: Direction;
  readonly subject: string | undefined;
  readonly body: string | undefined;
}): string | undefined {
  const words = sent.type.opening?.[sent.direction];
  if (words === undefined) return sent.body === undefined ? undefined : toHtmlBody(sent.body);
  const subject = sent.subject === undefined ? '' : `: ${escapeHtml(sent.subject.slice(0, longestSubject))}`;
  return toHtmlBody(sent.body ?? '', `<p><strong>${escapeHtml(words)}</strong>${subject}</p>`);
}

/** A composed body taken apart again; a body without an opening line is all body. */
export function splitActivityBody(html: string): {
  readonly words?: string;
  readonly subject?: string;
  readonly body: string;
} {
  const match = /^\s*<p><strong>([^<]*)<\/strong>(?:: ([^<]*))?<\/p>/i.exec(html);
  if (match === null) return { body: fromHtmlBody(html) };
  const [opening, words = '', subject] = match;
  return {
    words: unescapeHtml(words),
    ...(subject === undefined ? {} : { subject: unescapeHtml(subject) }),
    body: fromHtmlBody(html.slice(opening.length)),
  };
}
