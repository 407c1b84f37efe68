import sanitizeHtml from 'sanitize-html';
import { isLiveMarkup } from './live-markup.ts';
import { type Markup, scanMarkup } from './scan-markup.ts';
import { blockTags, keptTags, knownTags } from './tag-names.ts';
import { grouped } from '../../../counted.ts';

/** The longest text that HubSpot stores, in characters (HubSpot's usage guidelines: 65,536). */
export const maxBodyLength = 65_536;
/** Ends a body that was cut. */
export const cutMarker = '<p><em>[cut here: the text is longer than the CRM keeps]</em></p>';
/** The same at the end of a text that is no HTML. */
const textCutMarker = '\n\n[cut here: the text is longer than the CRM keeps]';

/** Longer input is cut before it is parsed, so that one request cannot keep the process busy. */
const maxInputLength = 300_000;
/** Input with more `<` than this is cut as well: each tag takes time, and messages written by people have a few thousand at most. */
const maxInputTags = 12_000;
/** Longer bodies of a CRM are read up to this length. */
const maxReadLength = 150_000;
const maxDepth = 50;
const maxAddressLength = 8_000;

/**
 * Converts text or HTML to clean HTML that the CRM can show: no scripts, no forms, no styles, and no images, since the CRM would load
 * tracking pixels and count each view of the record as an opened email. Their text and addresses are kept (see {@link replaceTag}). At most
 * {@link maxBodyLength} characters, `opening` included. Text keeps its meaning, whatever characters it contains: only known, well-formed
 * tags are HTML (see {@link scanMarkup}).
 *
 * A line break of the source becomes `<br>`, a line break of HTML `<br />`: {@link fromHtmlBody} distinguishes them by that.
 *
 * @param opening HTML of the bridge, placed first.
 * @param warn receives what the result does not say, worded to follow a field's name.
 */
export function toHtmlBody(given: string, opening = '', warn: (warning: string) => void = () => {}): string {
  const marker = [cutMarker, textCutMarker].find((end) => given.endsWith(end));
  const text = marker === undefined ? given : given.slice(0, -marker.length);
  const end = endOfInput(text);
  const { html, removed } = convert(text.slice(0, end));
  if (removed.length > 0) warn(describeRemoved(removed));
  const isWhole = marker === undefined && text.length <= end;
  if (isWhole && opening.length + html.length <= maxBodyLength) return opening + html;
  if (marker === undefined)
    warn(
      text.length > end && end < maxInputLength
        ? `was truncated: it has more than ${grouped(maxInputTags)} tags`
        : `was truncated: with its HTML it is longer than ${grouped(maxBodyLength)} characters`,
    );
  return opening + cutHtml(html, maxBodyLength - opening.length - cutMarker.length) + cutMarker;
}

function endOfInput(text: string): number {
  let tags = 0;
  for (let at = text.indexOf('<'); at !== -1 && at < maxInputLength; at = text.indexOf('<', at + 1)) {
    tags += 1;
    if (tags > maxInputTags) return at;
  }
  return maxInputLength;
}

/**
 * Converts HTML from the CRM to what Enginy may have sent. The HTML is cleaned first; if only text and line breaks are left, the
 * result is text, unless that text would be HTML again: what the CRM shows as signs never comes back as live markup.
 * For clean HTML, {@link toHtmlBody} reverses this.
 */
export function fromHtmlBody(given: string): string {
  const isCut = given.endsWith(cutMarker) || given.length > maxReadLength;
  const rest = given.endsWith(cutMarker) ? given.slice(0, -cutMarker.length) : given;
  const source = wholeUntil(rest, maxReadLength)
    .trim()
    // A CRM may store the character instead of its reference.
    .replace(/\r(?=<br>)/g, carriageReturn)
    .replace(/\r\n?/g, '\n');
  const hasSourceLines = !source.includes('\n');
  const clean = sanitize(withoutDeepTags(hasSourceLines ? readBreaks(source) : source));
  if (!clean.includes('<')) return readText(clean) + (isCut ? textCutMarker : '');
  const hasBlocks = hasBlockTags(clean);
  const lines = hasSourceLines && hasBlocks ? mapText(clean.trim(), breakLines) : clean.trim();
  const html = lines.replaceAll('<br />', '<br>');
  return (hasBlocks ? html : readWords(html)) + (isCut ? cutMarker : '');
}

/** A text with a few bold words or links: its other signs come back as typed, where that is safe and means the same. */
function readWords(html: string): string {
  const typed = mapText(html, (text) =>
    text.replace(/&(?:gt|amp|lt(?=;[^a-z/!?&]|;[a-z][\w .-]*&gt;));/gi, (entity) => unescapeHtml(entity)),
  );
  const tags = typed.matchAll(/<([a-z][a-z0-9]*)(?:[^a-z0-9<>][^<>]*)?>/gi);
  const written = new Set(html.match(/<[^<>]*>/g));
  const isSafe =
    !typed.includes('&lt;') &&
    [...tags].every(([tag, name = '']) => written.has(tag) || !knownTags.has(name.toLowerCase()));
  return isSafe && convert(typed).html === convert(html).html ? typed : html;
}

/** Clean HTML without tags as the text that it shows, or unchanged if that text would be markup. */
function readText(clean: string): string {
  const text = unescapeHtml(clean);
  return needsEscaping(text) ? escapeHtml(text) : text;
}

/**
 * True for a text that is markup, or the escaped form of one, however often it was escaped: it is answered escaped, and what arrives
 * in exactly this form is stored as the text that it shows. A text that only contains an entity stays as typed.
 */
function needsEscaping(text: string, levels = maxLevels): boolean {
  if (isLiveMarkup(text) || scanMarkup(text).isHtml) return true;
  return levels > 0 && isEscaped(text) && needsEscaping(unescapeHtml(text), levels - 1);
}

const maxLevels = 8;

/** True for a result of {@link escapeHtml}. */
function isEscaped(text: string): boolean {
  return text.includes('&') && escapeHtml(unescapeHtml(text)) === text;
}

/** A text of the CRM that is no HTML, such as a subject: escaped if it would be live where it is taken for HTML. */
export function toInertText(text: string): string {
  return isLiveMarkup(text) ? escapeHtml(text) : text;
}

/** Escapes the characters that have a meaning in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const characters = new Map(Object.entries(entities).map(([character, entity]) => [entity, character]));

/** Reverses {@link escapeHtml}. */
export function unescapeHtml(html: string): string {
  return html.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => characters.get(entity) ?? entity);
}

function convert(text: string): { readonly html: string; readonly removed: Markup['removed'] } {
  const markup = scanMarkup(text);
  if (markup.isHtml) return { html: cleanMarkup(markup), removed: markup.removed };
  const shown = isEscaped(text) && needsEscaping(unescapeHtml(text)) ? unescapeHtml(text) : text;
  return { html: textToHtml(shown), removed: [] };
}

/** Text as HTML from which it can be read exactly, although HTML has neither white space at its ends nor other line ends than `\n`. */
function textToHtml(text: string): string {
  return escapeHtml(text)
    .replace(/^[^\S\r\n]|[^\S\r\n]$/g, (blank) => `&#${blank.charCodeAt(0)};`)
    .replace(/\r\n|[\r\n]/g, (end) => htmlBreaks[end] ?? '<br>');
}

const carriageReturn = '&#13;';
const htmlBreaks: Readonly<Record<string, string>> = {
  '\r\n': `${carriageReturn}<br>`,
  '\r': `${carriageReturn}<br>${carriageReturn}`,
};

/** Reverses {@link textToHtml} for line ends. */
function readBreaks(html: string): string {
  return html.replace(/&#13;<br>&#13;(?!<br>)/g, carriageReturn).replace(/<br>/gi, '\n');
}

function breakLines(text: string): string {
  return text.replace(/\n/g, '<br>');
}

/** `was stored without 2 images and 1 script: …` */
function describeRemoved(removed: Markup['removed']): string {
  const counts = [...new Set(removed)].map((kind) => {
    const count = removed.filter((each) => each === kind).length;
    return `${count} ${count === 1 ? kind : `${kind}s`.replace(/ss$/, 'sses')}`;
  });
  const hasKept = removed.some((kind) => ['image', 'embedded element', 'form field'].includes(kind));
  const kept = hasKept ? ': the text and address of images, embedded elements and form fields are kept' : '';
  return `was stored without ${counts.join(', ')}${kept}`;
}

/** Changes the text between the tags of clean HTML. */
function mapText(html: string, change: (text: string) => string): string {
  return html.replace(/<[^>]*>|[^<]+/g, (part) => (part.startsWith('<') ? part : change(part)));
}

function cleanMarkup({ html, hasBlocks }: Markup): string {
  const clean = sanitize(withoutDeepTags(html.replace(/\r\n?/g, '\n'))).trim();
  const isOneLine = hasBlocks && !hasBlockTags(clean);
  const lines = isOneLine ? mapText(clean, (text) => text.replace(/\n/g, ' ')) : clean;
  if (!lines.includes('<')) return textToHtml(unescapeHtml(lines));
  return hasBlocks ? lines : mapText(lines, breakLines);
}

function hasBlockTags(html: string): boolean {
  for (const [, name = ''] of html.matchAll(/<([a-z][a-z0-9]*)/g)) if (blockTags.has(name)) return true;
  return false;
}

/** Cleans until nothing changes: tags that close others only show their effect once more has been removed. */
function sanitize(html: string): string {
  let clean = sanitizeOnce(html);
  // Longer text is cut, and the rest is cleaned again.
  for (let round = 0; round < maxRounds && clean.length <= maxBodyLength && clean.includes('<'); round += 1) {
    const again = sanitizeOnce(clean);
    if (again === clean) break;
    clean = again;
  }
  return clean;
}

const maxRounds = 4;

function sanitizeOnce(html: string): string {
  return sanitizeHtml(html, {
    allowedTags: [...keptTags],
    allowedAttributes: { a: ['href'] },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    nestingLimit: maxDepth,
    // Only these: the words of options and text areas are text.
    nonTextTags: ['script', 'style', 'xmp'],
    transformTags: {
      a: (tagName, { href }) => ({ tagName, attribs: href === undefined || isSuspect(href) ? {} : { href } }),
    },
  });
}

/** The time to check an address grows with the square of its length, and browsers drop control characters from it. */
function isSuspect(address: string): boolean {
  return address.length > maxAddressLength || /\p{Cc}/u.test(address);
}

const selfClosing = /^(?:area|base|br|col|embed|hr|img|input|link|meta|p|li|td|th|tr|dt|dd|option|source|wbr)$/i;
const maxOpenTags = 1_000;

/** The parser's time grows with the square of the depth; real messages are never this deep. */
function withoutDeepTags(html: string): string {
  return isTooDeep(html) ? html.replace(/<[^<>]*>/g, ' ') : html;
}

function isTooDeep(html: string): boolean {
  let open = 0;
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    if (selfClosing.test(name)) continue;
    open = slash === '/' ? Math.max(0, open - 1) : open + 1;
    if (open > maxOpenTags) return true;
  }
  return false;
}

/** Cuts converted HTML without splitting a tag, entity or character; every tag is closed. */
function cutHtml(html: string, limit: number): string {
  if (html.length <= limit) return html;
  const isText = !/<(?!br>)/.test(html);
  if (isText) return wholeUntil(html, limit).replace(/(?:\s|<br>|&#13;)+$/, '');
  const hasSourceLines = html.includes('<br>');
  const source = html.replaceAll('<br>', '\n');
  let end = limit;
  for (;;) {
    const clean = sanitize(wholeUntil(source, end)).trim();
    const cut = hasSourceLines ? mapText(clean, breakLines) : clean;
    if (cut.length <= limit || end <= 0) return cut.length <= limit ? cut : '';
    // The closing tags and line breaks made it too long again.
    end -= cut.length - limit;
  }
}

function wholeUntil(html: string, end: number): string {
  // What looks like half a tag or entity at the end of a whole text is a part of it: `I <3 R&D`.
  if (html.length <= end) return html;
  const last = html.charCodeAt(end - 1);
  const isHalfCharacter = last >= 0xd800 && last <= 0xdbff;
  return html
    .slice(0, isHalfCharacter ? end - 1 : end)
    .replace(/<[^<>]*$/, '')
    .replace(/&[a-z0-9#]{0,10}$/i, '');
}
