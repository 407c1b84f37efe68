/** Placeholders for addresses of the internet: they keep their form, and what the bridge reads of it. */
import { domainToASCII, domainToUnicode } from 'node:url';
import { parse } from 'tldts';
import { isFreeMailDomain } from '../../mapping/values/free-mail-domains.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** `ada@example.com` anywhere in a text; what comes before the @ is one word of any script. */
const EMAIL = /[^\s@<>()[\]\\,;:"'`=|{}/?#&]+@[\p{L}\p{N}][\p{L}\p{N}.-]*[\p{L}\p{N}]/giu;

/** Addresses with a scheme, with `www.`, and LinkedIn's however they are written. */
const WEB_ADDRESS =
  /(?:[a-z][a-z0-9+.-]*:\/\/|www\.)[^\s<>"'`|{}]+|(?:[a-z0-9-]+\.)*linkedin\.com\/[^\s<>"'`|{};,]*/giu;

/** Sites where everybody may have a page: the site says nothing, the page does. */
const PLATFORMS = new Set(
  (
    'linkedin.com facebook.com instagram.com twitter.com x.com youtube.com tiktok.com github.com gitlab.com medium.com ' +
    'xing.com vimeo.com pinterest.com crunchbase.com angel.co google.com calendly.com hubspot.com hubapi.com licdn.com'
  ).split(' '),
);

/** Domains reserved for examples and tests (RFC 2606, RFC 6761). */
const RESERVED = /^(?:example\.(?:com|org|net|edu)|localhost|[a-z0-9-]+\.(?:example|test|invalid|localhost))$/;

export function hasAddress(text: string): boolean {
  return text.includes('@') || text.includes('://') || /www\.|linkedin\.com\//i.test(text);
}

/** An address and nothing else, as most texts with one are. */
const PLAIN_EMAIL = /^[\w.+-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** Replaces e-mail and web addresses wherever they stand; what lies between them goes through `rest`. */
export function replaceAddresses(pseudonyms: Pseudonyms, text: string, rest: (between: string) => string): string {
  if (PLAIN_EMAIL.test(text)) return replaceEmail(pseudonyms, text);
  let replaced = '';
  let at = 0;
  for (const { index, found } of addressesIn(text)) {
    replaced += rest(text.slice(at, index));
    replaced +=
      found.includes('@') && !found.includes('://') ? replaceEmail(pseudonyms, found) : replaceUrl(pseudonyms, found);
    at = index + found.length;
  }
  return replaced + rest(text.slice(at));
}

/** In their order; the longer one where two begin together. */
function addressesIn(text: string): { readonly index: number; readonly found: string }[] {
  const web = [...text.matchAll(WEB_ADDRESS)].map((match) => ({
    index: match.index,
    // The end of a sentence is no part of the address.
    found: match[0].replace(/[.,;:!?)\]]+$/, ''),
  }));
  const mail = text.includes('@')
    ? [...text.matchAll(EMAIL)].map((match) => ({ index: match.index, found: match[0] }))
    : [];
  let end = 0;
  return [...web, ...mail]
    .sort((a, b) => a.index - b.index || b.found.length - a.found.length)
    .filter((address) => {
      if (address.index < end) return false;
      end = address.index + address.found.length;
      return true;
    });
}

export function replaceEmail(pseudonyms: Pseudonyms, address: string): string {
  const at = address.lastIndexOf('@');
  return `${pseudonyms.text(address.slice(0, at))}@${replaceDomain(pseudonyms, address.slice(at + 1))}`;
}

/**
 * The labels of a company's domain are replaced like pseudonyms, so that a company's name and its domain still resemble each other;
 * the public suffix stays, and so do free-mail providers, public platforms and reserved names.
 */
export function replaceDomain(pseudonyms: Pseudonyms, host: string): string {
  return pseudonyms.remember(`domain ${host}`, () => computeDomain(pseudonyms, host));
}

function computeDomain(pseudonyms: Pseudonyms, host: string): string {
  const lower = host.toLowerCase();
  if (isFreeMailDomain(lower)) return host;
  const parsed = parse(lower, { allowPrivateDomains: true, extractHostname: false, validateHostname: false });
  if (parsed.isIp === true) return host.replace(/\d+/g, (part) => String(Number(pseudonyms.digits(part)) % 255));
  const registered = parsed.domain ?? lower;
  const suffix = parsed.domain === null ? '' : `.${parsed.publicSuffix ?? ''}`;
  const isPublic = PLATFORMS.has(registered) || RESERVED.test(registered);
  const kept = isPublic ? host.slice(host.length - registered.length) : host.slice(host.length - suffix.length);
  const labels = host.slice(0, host.length - kept.length);
  return (
    labels
      .split('.')
      .map((label) => replaceLabel(pseudonyms, label))
      .join('.') + kept
  );
}

function replaceLabel(pseudonyms: Pseudonyms, label: string): string {
  const lower = label.toLowerCase();
  if (/^www\d?$/.test(lower) || lower === 'api' || lower === '') return label;
  if (!lower.startsWith('xn--')) return pseudonyms.text(label);
  const stand = domainToASCII(pseudonyms.text(domainToUnicode(lower)));
  return stand === '' ? pseudonyms.text(label) : stand;
}

/** The public number of a LinkedIn member; its first letters say what it is (see mapping/linkedin-url.ts). */
const MEMBER_URN = /^ac[a-z][a-z0-9_-]{30,}$/i;
/** Words of a LinkedIn address that say what kind of page it is. */
const LINKEDIN_KIND =
  /^(?:in|pub|company|school|showcase|sales|mwlite|lead|people|profile|feed|posts|about|detail|recent-activity)$/i;

/** Scheme, host by {@link replaceDomain}, and a path whose words are replaced; percent signs are respected. */
export function replaceUrl(pseudonyms: Pseudonyms, address: string): string {
  const [, scheme = '', user = '', host = '', port = '', rest = ''] =
    /^((?:[a-z][a-z0-9+.-]*:)?\/\/)?([^/?#@]*@)?([^/?#:]*)(:\d*)?([\s\S]*)$/i.exec(address) ?? [];
  const isLinkedin = /(?:^|\.)linkedin\.com$/i.test(host);
  const isHubSpot = /(?:^|\.)(?:hubspot|hubapi)\.com$/i.test(host);
  const standUser = user === '' ? '' : `${pseudonyms.text(user.slice(0, -1))}@`;
  const standHost = isHubSpot ? host : replaceDomain(pseudonyms, host);
  const standRest = isHubSpot
    ? rest
    : rest.replace(/[^/?#&=;,]+/g, (part) => replacePathPart(pseudonyms, part, isLinkedin));
  return scheme + standUser + standHost + port + standRest;
}

function replacePathPart(pseudonyms: Pseudonyms, part: string, isLinkedin: boolean): string {
  if (isLinkedin && LINKEDIN_KIND.test(part)) return part;
  if (isLinkedin && MEMBER_URN.test(part)) return part.slice(0, 3) + pseudonyms.text(part.slice(3));
  if (!part.includes('%')) return pseudonyms.text(part);
  return withinEncoding(part, (decoded) =>
    MEMBER_URN.test(decoded) ? decoded.slice(0, 3) + pseudonyms.text(decoded.slice(3)) : pseudonyms.text(decoded),
  );
}

/** Decodes, replaces, and encodes again as often and in the same case; text that is not well encoded is replaced as it is. */
function withinEncoding(part: string, replace: (decoded: string) => string): string {
  let decoded = part;
  let rounds = 0;
  try {
    while (rounds < 3 && decoded.includes('%')) {
      decoded = decodeURIComponent(decoded);
      rounds += 1;
    }
  } catch {
    return part.replace(/%[0-9a-f]{2}|[^%]+|%/gi, (piece) => (piece.startsWith('%') ? piece : replace(piece)));
  }
  let encoded = replace(decoded);
  for (let round = 0; round < rounds; round += 1) encoded = encodeURIComponent(encoded);
  const isLower = !/%[0-9A-F]*[A-F]/.test(part);
  return isLower ? encoded.replace(/%[0-9A-F]{2}/g, (piece) => piece.toLowerCase()) : encoded;
}
