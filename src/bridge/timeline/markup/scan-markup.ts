import { type RemovedKind, replaceTag } from './replace-tag.ts';
import {
  bareAttributes,
  blockTags,
  documentTags,
  droppedTags,
  inlineTags,
  knownAttributes,
  knownTags,
  lineBreakTags,
  openEndedTags,
  voidTags,
} from './tag-names.ts';

/** A text as HTML, if it is HTML. */
export interface Markup {
  /** True if the text contains at least one tag. */
  readonly isHtml: boolean;
  /** True if a tag begins a line of its own, so that line breaks of the source mean nothing. */
  readonly hasBlocks: boolean;
  /** The text with only its tags live: whatever else looks like one is escaped, comments are removed. */
  readonly html: string;
  /** What the CRM does not keep of it, once for each element. */
  readonly removed: readonly RemovedKind[];
}

type Token =
  | { readonly kind: 'text' | 'comment'; readonly text: string }
  | { readonly kind: 'tag'; readonly text: string; readonly tag: Tag };

interface Tag {
  readonly name: string;
  readonly isEnd: boolean;
  /** Written as a word is: `<Title>`. HTML is written in lowercase, or by old programs in capital letters. */
  readonly isWord: boolean;
  /** True if the tag has attributes, all of them of a form that HTML has. */
  readonly hasAttributes: boolean;
}

/**
 * Distinguishes the tags of a text from what only looks like tags: `<Data>`, `a <b and c> d`, `x <- y`. A tag is known, well formed,
 * and has its end tag where the name alone could be a placeholder. The time grows with the length only.
 */
export function scanMarkup(text: string): Markup {
  const tokens = tokenize(text);
  const counted = countedTags(tokens.map((token) => (token.kind === 'tag' ? token.tag : undefined)));
  const isHtml = counted.size > 0;
  const hasBlocks = [...counted].some((place) => {
    const token = tokens[place];
    return token?.kind === 'tag' && blockTags.has(token.tag.name);
  });
  const removed: RemovedKind[] = [];
  let openLinks = 0;
  const html = tokens.map((token, place) => {
    if (token.kind !== 'tag') return isHtml && token.kind === 'comment' ? '' : escapeText(token.text);
    const { tag, text: source } = token;
    if (!counted.has(place)) return isHtml && isNoise(tag) ? '' : escapeText(source);
    if (tag.name === 'a') openLinks += tag.isEnd ? -1 : 1;
    const replacement = replaceTag({ ...tag, source, isInLink: openLinks > 0 });
    if (replacement.removed !== undefined) removed.push(replacement.removed);
    return replacement.html;
  });
  return { isHtml, hasBlocks, html: html.join(''), removed };
}

/** Parts of HTML from mail programs that say nothing: Office's own tags, and end tags of blocks without their start. */
function isNoise({ name, isEnd, isWord }: Tag): boolean {
  if (name.includes(':')) return true;
  return isEnd && !isWord && knownTags.has(name) && !inlineTags.has(name) && !isNeverEnded(name);
}

/** The end of such an element is no HTML: `<link>x</link>` is a pair of placeholders. */
function isNeverEnded(name: string): boolean {
  return voidTags.has(name) && !lineBreakTags.has(name);
}

function escapeText(text: string): string {
  // An ampersand that is part of no entity is text, although HTML reads `&copy=1` as a sign.
  return text
    .replace(/&(?!(?:[a-z][a-z0-9]{1,30}|#\d{1,7}|#x[0-9a-f]{1,6});)/gi, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let textFrom = 0;
  let hasCommentEnd = true;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    let found = scanTag(text, at) ?? scanDeclaration(text, at);
    if (found === undefined && hasCommentEnd && text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4);
      hasCommentEnd = end !== -1;
      if (hasCommentEnd) found = { kind: 'comment', text: text.slice(at, end + 3) };
    }
    if (found === undefined) {
      at += 1;
      continue;
    }
    if (at > textFrom) tokens.push({ kind: 'text', text: text.slice(textFrom, at) });
    tokens.push(found);
    at += found.text.length;
    textFrom = at;
  }
  if (textFrom < text.length) tokens.push({ kind: 'text', text: text.slice(textFrom) });
  return tokens;
}

/** `<!doctype html>`, `<![endif]>`, `<?xml … ?>`. */
function scanDeclaration(text: string, from: number): Token | undefined {
  const found = at(/<(?:!doctype\b|!\[|\?[a-z])[^<>]*>/iy, text, from);
  return found === null ? undefined : { kind: 'comment', text: found[0] };
}

/** Each pattern has one repetition and none passes a `<`, so that no part of a text is read more than a few times. */
function scanTag(text: string, from: number): Token | undefined {
  const start = at(/<(\/?)([a-z][a-z0-9]*(?:(?<=<\/?(?:o|v|w|m|x|st1)):[a-z][a-z0-9-]*)?)(?=[\s/>])/iy, text, from);
  if (start === null) return undefined;
  const [opening, slash = '', name = ''] = start;
  let end = from + opening.length;
  let attributes = 0;
  for (;;) {
    end += at(/[\s/]*/y, text, end)?.[0].length ?? 0;
    if (text[end] === '>') break;
    const attribute = scanAttribute(text, end);
    if (attribute === undefined) return undefined;
    attributes += 1;
    end = attribute;
  }
  const isEnd = slash === '/';
  if (isEnd && attributes > 0) return undefined;
  const isWord = /^[A-Z][a-z]{2,}$/.test(name);
  const tag = { name: name.toLowerCase(), isEnd, isWord, hasAttributes: attributes > 0 };
  return { kind: 'tag', text: text.slice(from, end + 1), tag };
}

/** @returns where the attribute ends; undefined for a word that is not an HTML attribute, as in `<b and c>`. */
function scanAttribute(text: string, from: number): number | undefined {
  const name = at(/[^\s"'<>/=]+/y, text, from)?.[0].toLowerCase();
  if (name === undefined) return undefined;
  const isOpenName = /^(?:data-|aria-|on[a-z]|xmlns|xml:|v:|o:)/.test(name);
  const afterName = from + name.length;
  const equals = at(/\s*=\s*/y, text, afterName)?.[0];
  if (equals === undefined) return isOpenName || bareAttributes.has(name) ? afterName : undefined;
  const value = at(/"[^"<]*"|'[^'<]*'|https?:\/\/[^\s"'<>`]+|[^\s"'<>=`]+/y, text, afterName + equals.length)?.[0];
  if (value === undefined) return undefined;
  const isQuoted = value.startsWith('"') || value.startsWith("'");
  return isQuoted || isOpenName || knownAttributes.has(name) ? afterName + equals.length + value.length : undefined;
}

function at(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

/** The places of the tags that count. */
function countedTags(tags: readonly (Tag | undefined)[]): ReadonlySet<number> {
  const counted = new Set<number>();
  const open = new Map<string, number[]>();
  const openEnded: number[] = [];
  const weak: number[] = [];
  for (const [place, tag] of tags.entries()) {
    if (tag === undefined || !knownTags.has(tag.name)) continue;
    const { name, isEnd, hasAttributes, isWord } = tag;
    if (isWord && !hasAttributes && !isEnd) continue;
    if (isEnd) {
      const start = isNeverEnded(name) ? undefined : open.get(name)?.pop();
      if (start === undefined) continue;
      if (isWeak(name) && !counted.has(start)) weak.push(start, place);
      else counted.add(start).add(place);
      continue;
    }
    const starts = open.get(name);
    if (starts === undefined) open.set(name, [place]);
    else starts.push(place);
    if (lineBreakTags.has(name) || (hasAttributes && !inlineTags.has(name))) counted.add(place);
    if (openEndedTags.has(name)) openEnded.push(place);
    // Options may have no end tag.
    if (name === 'option') weak.push(place);
  }
  // One `<p>` alone may be a word; two, or one beside other tags, are paragraphs.
  if (counted.size > 0 || openEnded.length > 1) for (const place of openEnded) counted.add(place);
  // `<title>CEO</title>` and `<select>one</select>` may be placeholders, unless they are part of a page.
  const isPage = [...counted].some((place) => isOfPage(tags[place]));
  if (isPage) for (const place of weak) counted.add(place);
  return counted;
}

/** A tag that is never kept: without attributes, its name may be a word. */
function isWeak(name: string): boolean {
  return droppedTags.has(name) && !documentTags.has(name);
}

function isOfPage(tag: Tag | undefined): boolean {
  return tag !== undefined && (blockTags.has(tag.name) || droppedTags.has(tag.name));
}
