/** What the CRM does not keep of HTML. */
export type RemovedKind =
  | 'image'
  | 'invisible image'
  | 'embedded element'
  | 'form field'
  | 'drawing'
  | 'script'
  | 'style sheet'
  | 'link address';

interface SourceTag {
  readonly name: string;
  readonly isEnd: boolean;
  /** The tag as written. */
  readonly source: string;
  readonly isInLink: boolean;
}

interface Replacement {
  readonly html: string;
  /** What is lost of the tag, or kept in another form. */
  readonly removed?: RemovedKind;
}

/**
 * What a tag becomes that the CRM does not keep: text, a link, or nothing; what is between its tags stays. All other tags, and those
 * whose content is removed with them, are returned as written.
 */
export function replaceTag(tag: SourceTag): Replacement {
  const { name, isEnd, source } = tag;
  if (lineEnds.has(name))
    return isEnd ? { html: '<br>' } : { html: ` ${label(source)}`, ...fieldIf(name === 'textarea') };
  if (spaces.has(name)) return { html: ' ', ...fieldIf(!isEnd && name === 'select') };
  if (isEnd) return { html: embedded.has(name) ? ' ' : source };
  if (embedded.has(name)) return replaceEmbedded(tag);
  switch (name) {
    case 'img':
    case 'image':
      return replaceImage(tag);
    case 'area':
      return { html: linkTo(readAttribute(source, 'href'), readAttribute(source, 'alt'), tag) };
    case 'input':
      return replaceInput(source);
    case 'script':
      return { html: source, removed: 'script' };
    case 'style':
      return { html: source, removed: 'style sheet' };
    case 'svg':
    case 'math':
      return { html: source, removed: 'drawing' };
    case 'a':
      return { html: source, ...(hasLostAddress(source) ? { removed: 'link address' } : {}) };
    default:
      return { html: source };
  }
}

/** Elements of a line of their own. */
const lineEnds: ReadonlySet<string> = new Set(['title', 'textarea', 'option', 'optgroup', 'legend', 'summary', 'xmp']);

/** Elements that stand within or around other text. */
const spaces: ReadonlySet<string> = new Set(
  'select button label fieldset form details dialog noscript noembed noframes template map picture canvas marquee'.split(
    ' ',
  ),
);

const embedded: ReadonlySet<string> = new Set('iframe frame embed object applet video audio source track'.split(' '));

function fieldIf(isField: boolean): Pick<Replacement, 'removed'> {
  return isField ? { removed: 'form field' } : {};
}

function label(source: string): string {
  return textOf(readAttribute(source, 'label'));
}

function replaceImage(tag: SourceTag): Replacement {
  const { source } = tag;
  const alt = readAttribute(source, 'alt');
  if (isInvisible(source)) return { html: textOf(alt), removed: 'invisible image' };
  return { html: linkTo(readAttribute(source, 'src'), alt || '', tag) || '[image]', removed: 'image' };
}

/** Tracking pixels are not content, and opening their URL would count as reading the email. */
function isInvisible(source: string): boolean {
  const isTiny = ['width', 'height'].some((name) => /^[01](?:px)?$/.test(readAttribute(source, name)));
  const style = readAttribute(source, 'style');
  return (
    isTiny ||
    /display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[\s;])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)/i.test(style)
  );
}

function replaceEmbedded(tag: SourceTag): Replacement {
  const { source } = tag;
  const address = readAttribute(source, 'src') || readAttribute(source, 'data');
  if (address === '') return { html: ' ' };
  return { html: `${linkTo(address, readAttribute(source, 'title'), tag)} `, removed: 'embedded element' };
}

function replaceInput(source: string): Replacement {
  const type = readAttribute(source, 'type').toLowerCase();
  if (type === 'hidden') return { html: '' };
  const text = ['checkbox', 'radio', 'password', 'file', 'image'].includes(type)
    ? readAttribute(source, 'alt')
    : readAttribute(source, 'value') || readAttribute(source, 'placeholder');
  return { html: ` ${textOf(text)} `, removed: 'form field' };
}

/** A link with this text, or with the address as text; within a link, and for addresses that are no links, text. */
function linkTo(address: string, text: string, { isInLink }: SourceTag): string {
  const url = address.startsWith('//') ? `https:${address}` : address;
  const isLink = /^https?:\/\/[^\s"<>]+$/i.test(url);
  const shown = textOf(text.trim() === '' && isLink ? url : text);
  return isLink && !isInLink ? `<a href="${url}">${shown}</a>` : shown;
}

/** An address that sanitizing removes. */
function hasLostAddress(source: string): boolean {
  const [, scheme] = /^\s*([a-z][a-z0-9+.-]*):/i.exec(readAttribute(source, 'href')) ?? [];
  return scheme !== undefined && !/^(?:https?|mailto|tel)$/i.test(scheme);
}

/** The value of an attribute as written, with its entities; empty for none. */
function readAttribute(source: string, name: string): string {
  for (const [, found = '', quoted, single, bare] of source.matchAll(
    /(?<![^\s"'<>/=])([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(https?:\/\/[^\s"'<>`]+|[^\s"'<>=`]+))/g,
  )) {
    if (found.toLowerCase() === name) return (quoted ?? single ?? bare ?? '').trim();
  }
  return '';
}

/** An attribute's value as text of HTML. */
function textOf(value: string): string {
  return value.replace(/&(?!(?:[a-z][a-z0-9]{1,30}|#\d{1,7}|#x[0-9a-f]{1,6});)/gi, '&amp;').replace(/>/g, '&gt;');
}
