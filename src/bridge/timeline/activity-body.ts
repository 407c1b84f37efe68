import { setImmediate } from 'node:timers/promises';
import type { ActivityType, Direction } from '../../mapping/schema/activity-mapping.ts';
import { escapeHtml, fromHtmlBody, toHtmlBody, toInertText, unescapeHtml } from './markup/html-body.ts';
import { mediaLinePattern } from './media-lines.ts';

/** Of a subject in the opening of a body: a longer one would push the message out of view. */
export const maxSubjectLength = 500;

interface SentBody {
  readonly type: ActivityType;
  readonly direction: Direction;
  /** At most {@link maxSubjectLength} characters for types that have an opening. */
  readonly subject: string | undefined;
  readonly body: string | undefined;
  /** Lines about voice messages and attachments. */
  readonly media: readonly string[];
}

/** A body as the CRM shows it, and as it is returned to Enginy. */
export interface ComposedBody {
  /** Undefined if there is nothing to show. */
  readonly html: string | undefined;
  /** What was sent as it was stored: cleaned, and cut where it was too long; undefined where nothing was sent. */
  readonly body: string | undefined;
}

/**
 * Composes the body of an activity. For objects without fields for them, it opens with the kind of activity and the subject; voice
 * messages and attachments have a line each.
 * @param warn receives what is not stored as it was sent, worded to follow a field's name.
 */
export async function composeActivityBody(sent: SentBody, warn: (warning: string) => void): Promise<ComposedBody> {
  const opening = openingOf(sent);
  if (sent.body === undefined)
    return { html: opening === '' ? undefined : toHtmlBody('', opening, warn), body: undefined };
  const html = toHtmlBody(sent.body, opening, warn);
  // Each step takes a fifth of a second for the worst body, so other requests get their turn in between.
  await setImmediate();
  return { html, body: fromHtmlBody(html.slice(opening.length)) };
}

function openingOf({ type, direction, subject, media }: SentBody): string {
  const words = type.opening?.[direction];
  const title = subject === undefined ? '' : `: ${escapeHtml(subject)}`;
  return `${words === undefined ? '' : `<p><strong>${escapeHtml(words)}</strong>${title}</p>`}${htmlLines(media)}`;
}

function htmlLines(lines: readonly string[]): string {
  return lines.map((line) => `<p><em>${escapeHtml(line)}</em></p>`).join('');
}

/** The description of a task below lines of the bridge's own. */
export function composeTaskBody(text: string, lines: readonly string[], warn: (warning: string) => void): string {
  return toHtmlBody(text, htmlLines(lines), warn);
}

/** The description of a task, without such lines; absent where they are all that is stored. */
export function descriptionOf(html: string): { readonly description?: string } {
  const text = withoutMedia(html);
  return text === '' && html !== '' ? {} : { description: fromHtmlBody(text) };
}

/** Splits a composed body again; without an opening line everything is body. */
export function splitActivityBody(html: string): {
  readonly words?: string;
  readonly subject?: string;
  readonly body: string;
} {
  const match = /^\s*<p><strong>([^<]*)<\/strong>(?:: ([^<]*))?<\/p>/i.exec(html);
  if (match === null) return { body: fromHtmlBody(withoutMedia(html)) };
  const [opening, words = '', subject] = match;
  return {
    words: unescapeHtml(words),
    ...(subject === undefined ? {} : { subject: toInertText(unescapeHtml(subject)) }),
    body: fromHtmlBody(withoutMedia(html.slice(opening.length))),
  };
}

const leadingMedia = new RegExp(`^(?:\\s*<p><em>${mediaLinePattern}</em></p>)+`, 'i');

function withoutMedia(html: string): string {
  return html.replace(leadingMedia, '');
}
