import { normalizeUnicode } from './normalize-unicode.ts';
import { isPlaceholderSlug } from './placeholders/placeholder-address.ts';
import { isBroken } from './plain-text.ts';
import type { ValueProblem } from './value-problem.ts';

const notLinkedin: ValueProblem = { problem: 'is not the URL of a LinkedIn profile or page' };

/** `linkedin.com/in/ada`, with or without scheme, `www.`, country or mobile subdomain, slashes written twice, and anything after it. */
const linkedinPath =
  /^(?:https?:)?\/*(?:[a-z0-9-]+\.)*linkedin\.com(?::\d{1,5})?\/+(?:(?:mwlite|comm)\/+)?([a-z]+)\/+([^?#]*)/i;
/** A second URL in the same text, which would be lost with what follows the first slug. */
const furtherUrl = /[\s,;|](?:https?:\/\/)?(?:[a-z0-9-]+\.)*linkedin\.com\//i;
/** A person in Sales Navigator: an id, and after a comma how the link was found. */
const salesPerson = /^(?:lead|people|profile)\/+([^,/]+)/i;
/** A company in Sales Navigator: the number of its page. */
const salesCompany = /^(?:company|accounts?)\/+(\d+)/i;

/** Page types whose URL has a single slug after the type. */
const pageKinds = new Set(['in', 'company', 'school', 'showcase']);

/** Member ids in place of a public name; LinkedIn treats them as case-sensitive. */
const memberUrn = /^AC[a-z][A-Za-z0-9_-]{30,}$/;

/**
 * Parses a LinkedIn URL to its canonical form, `https://www.linkedin.com/in/ada`: lowercase, percent-decoded, without
 * anything after the slug.
 */
export function normalizeLinkedinUrl(text: string): string | ValueProblem {
  if (isBroken(text)) return notLinkedin;
  const bare = unwrap(withoutEscapes(text).trim());
  if (furtherUrl.test(bare)) return notLinkedin;
  const match = linkedinPath.exec(pathOnly.test(bare) ? `linkedin.com/${bare.replace(/^\//, '')}` : bare);
  if (match === null) return notLinkedin;
  const kind = match[1]?.toLowerCase() ?? '';
  const path = (match[2] ?? '').replace(/\/+$/, '');
  if (kind === 'sales') return normalizeSalesPath(path);
  if (kind === 'pub') {
    // `dir` lists the people of a name.
    return path === '' || /^dir(?:\/|$)/i.test(path)
      ? notLinkedin
      : `https://www.linkedin.com/pub/${decodeSlug(path).toLowerCase()}`;
  }
  if (!pageKinds.has(kind)) return notLinkedin;
  const slug = endOfSlug(kind, decodeSlug(path.split('/', 1)[0] ?? ''));
  if (slug === '' || /[\s/%\ufffd]/.test(slug) || !/[\p{L}\p{N}]/u.test(slug)) return notLinkedin;
  if (isPlaceholderSlug(kind, slug.toLowerCase()) || /^n\/+a$/i.test(path) || /[{}]/.test(slug)) return notLinkedin;
  return `https://www.linkedin.com/${kind}/${memberUrn.test(slug) ? slug : slug.toLowerCase()}`;
}

const invisible = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/**
 * Undoes how JSON, HTML and nested links write a URL, and removes zero-width characters; joiners stay, because letters and emoji depend on
 * them.
 */
function withoutEscapes(text: string): string {
  const visible = text.replace(invisible, '');
  const plain = visible
    .replaceAll('\\/', '/')
    .replace(/&(?:amp|#38|#x26);/gi, '&')
    .replace(/\\+$/, '');
  return /^\s*https?%3a%2f%2f/i.test(plain) ? decodeSlug(plain) : plain;
}

/** Parameters without a question mark, as in `ada&trk=x`; a slug may have the sign, as in `smith&co`. */
const parameters = /&[a-z]\w*=.*$/is;

/** What comes after a slug in a text or a table is not part of it: `ada,`, `ada)`, `ada<br>`. The names of pages may end in a point. */
function endOfSlug(kind: string, decoded: string): string {
  let slug = decoded
    .replace(/[?#<>"|\\].*$/s, '')
    .replace(parameters, '')
    .trim();
  const after = kind === 'in' ? ',;:.!…' : ',;:…';
  while (slug !== '' && (after.includes(slug.at(-1) ?? '') || isUnopened(slug))) slug = slug.slice(0, -1).trimEnd();
  return slug;
}

/** True for a text that ends in a bracket that it does not open. */
function isUnopened(text: string): boolean {
  const open = { ')': '(', ']': '[', '}': '{' }[text.at(-1) ?? ''];
  return open !== undefined && !text.includes(open);
}

/** `in/ada`, as LinkedIn's own pages link. */
const pathOnly = /^\/?(?:in|company|school|showcase)\/[^/\s]+\/?$/i;
/** `[Ada](https://…)` of Markdown, `<https://…|Ada>` of chats, and a link of HTML. */
const links = [
  /^\[[^[\]]*\]\(\s*(\S+)\s*\)$/,
  /^<([^|<>\s]+)\|[^<>]*>$/,
  /^<a\s(?:[^<>]*\s)?href=["']([^"'<>\s]+)["'][^<>]*>[^<>]*<\/a>$/i,
];
const label = /^linked-?in(?: profile| page)?(?: url| link)?\s{0,5}[:=]\s{0,5}(?=\S)/i;
const closing: Readonly<Record<string, string>> = { '<': '>', '(': ')', '[': ']' };
const quotes = `"'“‘„”’`;

/** The URL within a link, after a label, or between brackets or quotes: no URL begins with one, but a slug may end in one. */
function unwrap(text: string): string {
  let inner = text.length > maxGivenLength ? text : text.replace(label, '');
  for (const link of links) inner = (inner.length > maxGivenLength ? undefined : link.exec(inner)?.[1]) ?? inner;
  while (inner.length > 1) {
    const first = inner[0] ?? '';
    const close = quotes.includes(first) ? quotes : closing[first];
    if (close === undefined) break;
    inner = inner.slice(1, close.includes(inner.at(-1) ?? '') ? -1 : undefined).trim();
  }
  return inner;
}

/** The links that Sales Navigator has for one person are one: `lead/ID,NAME_SEARCH,x`, `people/ID,y`. Other pages keep their whole path. */
function normalizeSalesPath(path: string): string | ValueProblem {
  if (path === '') return notLinkedin;
  const [, person] = salesPerson.exec(decodeSlug(path)) ?? [];
  const [, company] = salesCompany.exec(path) ?? [];
  const rest = person === undefined ? (company === undefined ? path : `company/${company}`) : `lead/${person}`;
  return `https://www.linkedin.com/sales/${rest}`;
}

/**
 * Lowercase spellings that a CRM is likely to hold, and the one that was given. Seven for a usual name: eight URLs of usual length with
 * all their spellings must fit into one search body of 3,000 characters (HubSpot's search guide). A name with other characters is also
 * asked for in the encodings that browsers and libraries produce, and decomposed.
 */
export function linkedinUrlVariants(canonical: string, given: string): string[] {
  const rest = canonical.slice('https://www.'.length).toLowerCase();
  const asGiven = given.trim().toLowerCase();
  const paths = new Set([
    rest,
    encodeURI(rest).toLowerCase(),
    encodeStrictly(rest).toLowerCase(),
    normalizeUnicode(rest, 'NFD'),
  ]);
  const spelled = paths.size === 1 ? usualSpellings(rest) : [...paths].flatMap(commonSpellings);
  return [...new Set(asGiven.length <= maxGivenLength ? [...spelled, asGiven] : spelled)];
}

/** A longer link, with many tracking parameters, would fill a search of its own. */
const maxGivenLength = 500;

/** Encodes also what {@link encodeURI} leaves as it is: `'`, `&`, `+`, brackets. */
function encodeStrictly(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/['()!*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`))
    .join('/');
}

/** More words rarely exclude further records, and take up space for other URLs in a search. */
const mostWords = 4;
/** No slug has more characters. */
const maxWordLength = 100;

/**
 * The longest words of the slug, one set per encoding: CRMs hold URLs with country hosts, queries and locale suffixes, which no list of
 * spellings covers. HubSpot splits a text at everything except letters and digits.
 */
export function linkedinUrlWords(canonical: string): string[][] {
  const slug = canonical.replace(/^https:\/\/www\.linkedin\.com\/(?:sales\/)?[a-z]+\//, '').toLowerCase();
  const encodings = [slug, encodeURI(slug).toLowerCase(), encodeStrictly(slug).toLowerCase()];
  const sets = encodings.map((text) => {
    const words = [...new Set(text.match(/[\p{L}\p{N}]+/gu) ?? [])].filter(({ length }) => length <= maxWordLength);
    return words.sort((one, other) => other.length - one.length).slice(0, mostWords);
  });
  const distinct = new Map(sets.filter(({ length }) => length > 0).map((words) => [words.join(' '), words]));
  return [...distinct.values()];
}

function commonSpellings(path: string): string[] {
  return [`https://www.${path}`, `https://www.${path}/`, `https://${path}`, `http://www.${path}`];
}

function usualSpellings(rest: string): string[] {
  return [
    `https://www.${rest}`,
    `https://www.${rest}/`,
    `https://${rest}`,
    `https://${rest}/`,
    `http://www.${rest}`,
    `www.${rest}`,
    rest,
  ];
}

/**
 * True if two canonical URLs cannot belong to one person or company. A person has both a public name and a member id, and a company both a
 * name and a number, so only two of the same kind can differ.
 */
export function areDifferentLinkedinUrls(one: string, other: string): boolean {
  return one !== other && kindOf(one) === kindOf(other);
}

/**
 * True for a canonical URL that identifies no such record: the page of a company, which all its people share, or the profile of a person,
 * who may have several companies.
 */
export function isLinkedinUrlOfOthers(canonical: string, owner: 'person' | 'organization'): boolean {
  const path = canonical.slice('https://www.linkedin.com/'.length);
  const isOrganization = /^(?:company|school|showcase|sales\/company)\//.test(path);
  const isPerson = /^(?:in|pub|sales\/lead)\//.test(path);
  return owner === 'person' ? isOrganization : isPerson;
}

function kindOf(canonical: string): string {
  const [kind = '', slug = ''] = canonical.slice('https://www.linkedin.com/'.length).split('/');
  if (kind === 'in') return memberUrn.test(slug) ? 'member id' : 'public name';
  return /^\d+$/.test(slug) ? `${kind} number` : kind;
}

/** Decodes repeatedly, because links pasted twice are encoded twice; malformed encoding is kept. */
function decodeSlug(slug: string): string {
  let decoded = slug;
  for (let round = 0; round < 3 && decoded.includes('%'); round += 1) {
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      break;
    }
  }
  return normalizeUnicode(decoded.replace(invisible, ''), 'NFC');
}
