import sanitizeHtml from 'sanitize-html';

/** The longest text that HubSpot stores, in characters (HubSpot's usage guidelines: 65,536). */
export const maxBodyLength = 65_536;
/** Ends a body that was cut. */
export const cutMarker = '<p><em>[cut here: the text is longer than the CRM keeps]</em></p>';

/** Longer input is cut before it is parsed, so that one request cannot keep the process busy. */
const maxInputLength = 500_000;
const maxDepth = 50;

/**
 * Converts text or HTML to clean HTML that the CRM can show: no scripts, no forms, no styles, and no images, since the CRM would load
 * tracking pixels and count each view of the record as an opened email. At most {@link maxBodyLength} characters, `opening` included.
 *
 * @param opening HTML of the bridge, placed first.
 */
export function toHtmlBody(text: string, opening = ''): string {
  const html = isHtml(text) ? clean(text.slice(0, maxInputLength)) : textToHtml(text.slice(0, maxInputLength));
  if (text.length <= maxInputLength && opening.length + html.length <= maxBodyLength) return opening + html;
  return opening + cutHtml(html, maxBodyLength - opening.length - cutMarker.length) + cutMarker;
}

/**
 * Converts HTML from the CRM to what Enginy may have sent: HTML of only text and line breaks becomes text, anything else is returned
 * unchanged. A text that {@link toHtmlBody} wrote comes back unchanged.
 */
export function fromHtmlBody(html: string): string {
  const text = html.replace(/<br\s*\/?>/gi, '\n');
  return /<[a-z/!]/i.test(text) ? html : unescapeHtml(text);
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

/** Reverses {@link escapeHtml}. */
export function unescapeHtml(html: string): string {
  return html.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (entity) => {
    if (entity === '&nbsp;') return ' ';
    return Object.entries(entities).find(([, written]) => written === entity)?.[0] ?? entity;
  });
}

const knownTags = new Set([
  ...sanitizeHtml.defaults.allowedTags,
  ...[
    'html',
    'head',
    'body',
    'style',
    'script',
    'title',
    'meta',
    'link',
    'base',
    'img',
    'font',
    'center',
    'form',
    'input',
  ],
  ...[
    'button',
    'select',
    'textarea',
    'iframe',
    'object',
    'embed',
    'svg',
    'math',
    'video',
    'audio',
    'del',
    'ins',
    'strike',
  ],
]);

/** `John <john@example.com>` is text: only a known HTML tag makes it HTML. Anything else is escaped, so it is harmless. */
function isHtml(text: string): boolean {
  if (/<!--|<!doctype|&(?:[a-z]{2,8}|#\d{1,6});/i.test(text)) return true;
  const names = [...text.matchAll(/<\/?([a-z][a-z0-9]*)\b[^<>@]*>/gi)].map(([, name = '']) => name.toLowerCase());
  return names.some((name) => knownTags.has(name));
}

function textToHtml(text: string): string {
  return escapeHtml(text.trim()).replace(/\r\n?|\n/g, '<br>');
}

function clean(html: string): string {
  // The parser's time grows with the square of the depth; real messages are never this deep.
  if (isTooDeep(html)) return textToHtml(html.replace(/<[^<>]*>/g, ' '));
  return sanitizeHtml(html, {
    allowedTags: sanitizeHtml.defaults.allowedTags,
    allowedAttributes: { a: ['href'] },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    nestingLimit: maxDepth,
  }).trim();
}

const selfClosing = /^(?:area|base|br|col|embed|hr|img|input|link|meta|p|li|td|th|tr|dt|dd|option|source|wbr)$/i;
const maxOpenTags = 1_000;

function isTooDeep(html: string): boolean {
  let open = 0;
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    if (selfClosing.test(name)) continue;
    open = slash === '/' ? Math.max(0, open - 1) : open + 1;
    if (open > maxOpenTags) return true;
  }
  return false;
}

/** Cuts clean HTML without splitting a tag, entity or character; every tag is closed. */
function cutHtml(html: string, limit: number): string {
  let end = limit;
  for (;;) {
    const cut = clean(wholeUntil(html, end));
    if (cut.length <= limit || end <= 0) return cut.length <= limit ? cut : '';
    // The closing tags made it too long again.
    end -= cut.length - limit;
  }
}

function wholeUntil(html: string, end: number): string {
  const last = html.charCodeAt(end - 1);
  const isHalfCharacter = last >= 0xd800 && last <= 0xdbff;
  return html
    .slice(0, isHalfCharacter ? end - 1 : end)
    .replace(/<[^<>]*$/, '')
    .replace(/&[a-z0-9#]{0,10}$/i, '');
}
