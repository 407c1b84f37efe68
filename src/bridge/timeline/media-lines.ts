import { isObject } from '../../json.ts';

/** More are counted, not listed. */
const maxListed = 20;
const maxNameLength = 200;

/** Names in metadata, without case, hyphens and underscores. Enginy does not document them. */
const voiceNames =
  /^(?:has|is)?(?:voice|audio)(?:messages?|notes?|file|recording)?(?:url|link|id|duration|durationms|seconds|length)?$/;
const kindNames = new Set('type messagetype contenttype mediatype kind format'.split(' '));
/** The first kind of name that has a value says what is attached; the others repeat it. */
const fileNames = [
  /^(?:attachments?|attachedfiles?|files?|documents?|images?|media)$/,
  /^(?:attachments?|attachedfiles?|files?|documents?|images?)names?$/,
  /^(?:attachments?|attachedfiles?|files?|documents?|images?)(?:urls?|links?)$/,
  /^has(?:attachments?|files?|documents?|images?)$/,
  /^(?:attachments?|files?|documents?|images?)count$/,
];
const nothingWords = new Set(['', 'false', 'no', 'none', 'null', '0']);
const titleNames = ['name', 'filename', 'title', 'url', 'link', 'href'];

/**
 * What an activity has beside its text, as far as its metadata names it: `Voice message`, `Attachment: offer.pdf`, one line each. A
 * message without a text is logged as what it is.
 */
export function mediaLines(metadata: Readonly<Record<string, unknown>> | null | undefined): readonly string[] {
  const fields = Object.entries(metadata ?? {}).map(([name, value]) => [plainName(name), value] as const);
  const isVoice = fields.some(
    ([name, value]) =>
      (voiceNames.test(name) && isGiven(value)) ||
      (kindNames.has(name) && typeof value === 'string' && /voice|audio/i.test(value)),
  );
  const files =
    fileNames
      .map((names) => fields.flatMap(([name, value]) => (names.test(name) && isGiven(value) ? [value].flat() : [])))
      .find((found) => found.length > 0) ?? [];
  const listed = files.slice(0, maxListed).map((file) => describeFile(file));
  const more = files.length - listed.length;
  return [...(isVoice ? ['Voice message'] : []), ...listed, ...(more > 0 ? [`Attachment: ${more} more`] : [])];
}

/** A line that preserves, as it was sent, a time that cannot be read. */
export function sentTimeLine(what: 'Time' | 'Due date', text: string): string {
  return `${what} as sent: ${nameOf(text)}`;
}

/** The words of the lines that are the bridge's own. */
export const mediaWords = ['Voice message', 'Attachment', 'Time as sent', 'Due date as sent'] as const;

/** Matches what {@link mediaLines} and {@link sentTimeLine} return. */
export const mediaLinePattern = '(?:Voice message|Attachment(?:: [^<]*)?|(?:Time|Due date) as sent: [^<]*)';

function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/** False for a value that means "none". */
function isGiven(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return Boolean(value) && !nothingWords.has(String(value).trim().toLowerCase());
}

function describeFile(file: unknown): string {
  const fields = isObject(file)
    ? new Map(Object.entries(file).map(([name, value]) => [plainName(name), value]))
    : undefined;
  const given = fields === undefined ? file : titleNames.map((name) => fields.get(name)).find((value) => isName(value));
  const name = isName(given) ? nameOf(given) : '';
  return name === '' ? 'Attachment' : `Attachment: ${name}`;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** The name of a file; of an address its last segment alone, since signed addresses open to anyone who reads them. */
function nameOf(text: string): string {
  const url = /^https?:/i.test(text.trim()) ? URL.parse(text.trim()) : null;
  const name = url === null ? text : decoded(url.pathname.split('/').findLast((segment) => segment !== '') ?? url.host);
  return name
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, maxNameLength);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
