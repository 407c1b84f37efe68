/** Placeholders for addresses: they keep their form, and what the bridge reads from it. Each function takes linear time. */
import { domainToASCII, domainToUnicode } from 'node:url';
import { parse } from 'tldts';
import { isFreeMailDomain } from '../../mapping/values/free-mail-domains.ts';
import { identifiesNoOne, standsForNone } from '../../mapping/values/placeholders/placeholder-address.ts';
import { sharedHostKind } from '../../mapping/values/shared-hosts.ts';
import { withinPercent } from './encodings.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Domains reserved for examples and tests (RFC 2606, RFC 6761). */
const reservedHost = /^(?:example\.(?:com|org|net|edu)|localhost|[a-z0-9-]+\.(?:example|test|invalid|localhost))$/;
const linkedinHost = 'www.linkedin.com/';
/** `in/ada`: what follows LinkedIn's host. */
export const linkedinPath = /^\/?(?:in|company|school|showcase)\/[^/\s]+\/?$/i;
/** RFC 1035. Longer texts are no host. */
const maxHostLength = 253;

/** Words and numbers of a text; email and web addresses wherever they are. */
export function replaceText(pseudonyms: Pseudonyms, text: string): string {
  if (linkedinPath.test(text)) return replaceUrl(pseudonyms, `${linkedinHost}${text}`).slice(linkedinHost.length);
  if (!/[@%]|:\/\/|www\.|linkedin\.com/i.test(text)) return pseudonyms.text(text);
  return text.replace(/[^\s<>"'`|{}]+/g, (chunk) => replaceChunk(pseudonyms, chunk));
}

/** @param chunk has no spaces and no quotes. */
function replaceChunk(pseudonyms: Pseudonyms, chunk: string): string {
  const start = startOfUrl(chunk);
  if (start >= 0) {
    const end = endOfUrl(chunk);
    const before = chunk.slice(0, start);
    return replaceMail(pseudonyms, before) + replaceUrl(pseudonyms, chunk.slice(start, end)) + chunk.slice(end);
  }
  return chunk.includes('%') && !chunk.includes('@')
    ? withinPercent(chunk, (decoded) => replaceMail(pseudonyms, decoded))
    : replaceMail(pseudonyms, chunk);
}

/** Of an address with a scheme, with `www.`, or at LinkedIn; -1 without one. */
function startOfUrl(chunk: string): number {
  const lower = chunk.toLowerCase();
  const scheme = lower.indexOf('://');
  const at = scheme >= 0 ? scheme : lower.indexOf('linkedin.com/');
  if (at < 0) return lower.indexOf('www.');
  let start = at;
  while (start > 0 && /[a-z0-9+.-]/.test(lower.charAt(start - 1))) start -= 1;
  return start;
}

/** Punctuation at the end of a sentence is not part of an address. */
function endOfUrl(chunk: string): number {
  let end = chunk.length;
  while (end > 0 && '.,;:!?)]'.includes(chunk.charAt(end - 1))) end -= 1;
  return end;
}

function replaceMail(pseudonyms: Pseudonyms, chunk: string): string {
  if (!chunk.includes('@')) return pseudonyms.text(chunk);
  return chunk.replace(/[^()[\]\\,;:=/?#&]+/g, (piece) => replaceEmail(pseudonyms, piece));
}

/** `ada@example.com`; any other text is replaced word by word. */
export function replaceEmail(pseudonyms: Pseudonyms, address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0) return pseudonyms.text(address);
  // No one's: a replay must see what was sent, in order to decide the same.
  const lower = address.toLowerCase();
  if (standsForNone(lower) || identifiesNoOne(lower)) return address;
  const local = address.slice(0, at);
  const mailbox = local.includes('%')
    ? withinPercent(local, (decoded) => pseudonyms.text(decoded))
    : pseudonyms.text(local);
  return `${mailbox}@${replaceDomain(pseudonyms, address.slice(at + 1))}`;
}

/**
 * The labels of a company's domain are replaced like words, so that a company's name and its domain still resemble each other; the
 * public suffix stays, and so do free-mail providers, public platforms and reserved names.
 */
export function replaceDomain(pseudonyms: Pseudonyms, host: string): string {
  if (host.length > maxHostLength) return pseudonyms.text(host);
  return pseudonyms.remember(`domain ${host}`, () => computeDomain(pseudonyms, host));
}

function computeDomain(pseudonyms: Pseudonyms, given: string): string {
  const end = given.endsWith('.') ? '.' : '';
  const host = given.slice(0, given.length - end.length);
  const lower = host.toLowerCase();
  if (isFreeMailDomain(lower)) return given;
  const parsed = parse(lower, { allowPrivateDomains: true, extractHostname: false, validateHostname: false });
  if (parsed.isIp === true) return host.replace(/\d+/g, (part) => String(Number(pseudonyms.digits(part)) % 255)) + end;
  const registered = parsed.domain ?? lower;
  const isKnown = parsed.domain !== null && (parsed.isIcann === true || parsed.isPrivate === true);
  const suffix = isKnown ? `.${parsed.publicSuffix ?? ''}` : '';
  const isPublic = sharedHostKind(registered, [], true) === 'platform' || reservedHost.test(registered);
  const kept = isPublic ? registered.length : suffix.length;
  const labels = host.slice(0, host.length - kept).split('.');
  return labels.map((label) => replaceLabel(pseudonyms, label)).join('.') + host.slice(host.length - kept) + end;
}

function replaceLabel(pseudonyms: Pseudonyms, label: string): string {
  const lower = label.toLowerCase();
  if (/^www\d?$/.test(lower) || lower === 'api' || lower === '') return label;
  if (!lower.startsWith('xn--')) return pseudonyms.text(label);
  const placeholder = domainToASCII(pseudonyms.text(domainToUnicode(lower)));
  return placeholder === '' ? pseudonyms.text(label) : placeholder;
}

/** The public number of a LinkedIn member; its first letters say what it is (see mapping/linkedin-url.ts). */
const memberUrn = /^ac[a-z][a-z0-9_-]{30,}$/i;
/** Words of a LinkedIn address that say what kind of page it is. */
const linkedinKind =
  /^(?:in|pub|company|school|showcase|sales|mwlite|lead|people|profile|feed|posts|about|detail|recent-activity)$/i;
const urlParts = /^((?:[a-z][a-z0-9+.-]*:)?\/\/)?([^/?#@]*@)?([^/?#:]*)(:\d*)?/i;

/** Scheme, host by {@link replaceDomain}, and a path whose words are replaced, percent-encoded ones too. */
export function replaceUrl(pseudonyms: Pseudonyms, address: string): string {
  const [start = '', scheme = '', user = '', host = '', port = ''] = urlParts.exec(address) ?? [];
  const rest = address.slice(start.length);
  const isLinkedin = /(?:^|\.)linkedin\.com$/i.test(host.slice(-maxHostLength));
  const replacedUser = user === '' ? '' : `${pseudonyms.text(user.slice(0, -1))}@`;
  const path = rest.replace(/[^/?#&=;,]+/g, (part) =>
    isLinkedin && linkedinKind.test(part) ? part : withinPercent(part, (text) => replacePathPart(pseudonyms, text)),
  );
  const knownScheme = /^(?:https?|ftp|mailto|tel|sms)?:?\/\/$/i.test(scheme) || scheme === '';
  return (
    (knownScheme ? scheme : pseudonyms.text(scheme)) + replacedUser + replaceDomain(pseudonyms, host) + port + path
  );
}

function replacePathPart(pseudonyms: Pseudonyms, text: string): string {
  if (memberUrn.test(text.slice(0, 200))) return text.slice(0, 3) + pseudonyms.text(text.slice(3));
  return text.includes('@') ? replaceEmail(pseudonyms, text) : pseudonyms.text(text);
}
