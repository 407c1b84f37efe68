import type { ActivityType, Direction } from '../../mapping/schema/activity-mapping.ts';
import { escapeHtml, fromHtmlBody, toHtmlBody, toInertText, unescapeHtml } from './html-body.ts';

/** A longer subject would push the message out of view. */
const maxSubjectLength = 500;

/**
 * The body as the CRM shows it. For objects without fields for them, it opens with the kind of activity and the subject.
 * @param warn receives what is not stored as it was sent, worded to follow a field's name.
 */
export function composeActivityBody(
  sent: {
    readonly type: ActivityType;
    readonly direction: Direction;
    readonly subject: string | undefined;
    readonly body: string | undefined;
  },
  warn: (warning: string) => void,
): string | undefined {
  const words = sent.type.opening?.[sent.direction];
  if (words === undefined) return sent.body === undefined ? undefined : toHtmlBody(sent.body, '', warn);
  const subject = sent.subject === undefined ? '' : `: ${escapeHtml(sent.subject.slice(0, maxSubjectLength))}`;
  return toHtmlBody(sent.body ?? '', `<p><strong>${escapeHtml(words)}</strong>${subject}</p>`, warn);
}

/** Splits a composed body again; without an opening line everything is body. */
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
    ...(subject === undefined ? {} : { subject: toInertText(unescapeHtml(subject)) }),
    body: fromHtmlBody(html.slice(opening.length)),
  };
}
