import { domainToASCII, domainToUnicode } from 'node:url';
import { parse } from 'tldts';
import { foldCompanyName } from './company-name.ts';
import { isFreeMailDomain } from './free-mail-domains.ts';
import type { Locale } from './locale.ts';
import { isPlaceholderDomain } from './placeholders/placeholder-address.ts';
import { sharedHostKind } from './shared-hosts.ts';
import type { ValueProblem } from './value-problem.ts';

const notADomain: ValueProblem = { problem: 'is not a domain name' };

/** Labels of letters, digits, hyphens and underscores, at least two of them; the last one is no number. */
const hostName = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?!\d+$)[a-z0-9-]{2,63}$/;

interface Domain {
  /** True if the address names a page on the host that may be another company's. */
  readonly isPage: boolean;
  readonly host: string;
  readonly root: string;
  readonly name: string;
}

/** `https://www.Acme.com:8080/about` → `acme.com`; subdomains other than `www` are kept. */
export function normalizeDomain(text: string): string | ValueProblem {
  return readDomain(text)?.host ?? notADomain;
}

const sharedPage: ValueProblem = {
  problem: 'is a page on a platform that many companies share, not a domain of its own',
};

const freeMail: ValueProblem = { problem: 'is the domain of a free email provider' };
const placeholder: ValueProblem = { problem: 'is a placeholder, not the domain of a company' };

/**
 * Like {@link normalizeDomain}, for a company's own domain: a page on a shared platform is a problem. So is, for a value that is to be
 * stored, the subdomain of a customer of a site builder, although it identifies him.
 * @param isRoot true for the registrable domain.
 */
export function normalizeOwnDomain(text: string, locale: Locale, isRoot = false): string | ValueProblem {
  const domain = readDomain(text);
  if (domain === undefined) return notADomain;
  const kind = kindOf(domain, locale);
  if (kind === 'platform' || (kind === 'customer' && locale.isWriting === true)) return sharedPage;
  // Match rules ignore it, too; stored, HubSpot would associate strangers by it.
  if (locale.isWriting === true && isFreeMailDomain(domain.host)) return freeMail;
  if (locale.isWriting === true && isPlaceholderDomain(domain.host, locale.placeholders)) return placeholder;
  return isRoot && kind === undefined ? domain.root : domain.host;
}

function kindOf(domain: Domain, locale: Locale): ReturnType<typeof sharedHostKind> {
  const kind = sharedHostKind(domain.host, locale.sharedHosts, domain.isPage);
  return kind === 'platform' && !domain.isPage && isCalledLike(domain, locale.recordName) ? undefined : kind;
}

/** True for `google.com` of a company called Google, or `booking.com` of Booking.com: not for their customers, nor for subdomains. */
function isCalledLike({ host, root, name }: Domain, recordName: string | undefined): boolean {
  if (recordName === undefined || host !== root) return false;
  const folded = lettersOf(foldCompanyName(recordName) ?? '');
  return folded !== '' && (folded === lettersOf(name) || folded === lettersOf(host));
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '');
}

/** `acme.co.uk` → `acme`, the same as for `acme.com` and `acme.es`. */
export function normalizeDomainName(text: string): string | ValueProblem {
  const bare = text.trim().toLowerCase();
  if (/^[a-z0-9_-]+$/.test(bare)) return bare;
  return readDomain(text)?.name ?? notADomain;
}

/** Spellings that a CRM is likely to hold. */
export function domainVariants(canonical: string): string[] {
  // Cherokee letters are in uppercase there.
  const unicode = domainToUnicode(canonical).toLowerCase();
  return unicode === canonical || unicode === ''
    ? [canonical, `www.${canonical}`]
    : [canonical, `www.${canonical}`, unicode];
}

/** A subdomain is no other company: only different registrable domains differ. Both in canonical form. */
export function areDifferentDomains(one: string, other: string): boolean {
  return (readDomain(one)?.root ?? one) !== (readDomain(other)?.root ?? other);
}

/** A page that every site has of its own: the start page of a language, or the one about the company. */
const ownPage =
  /^[^/?#]*(?:\/+[a-z]{2}(?:[-_][a-z]{2})?)?(?:\/+(?:about(?:-us)?|company|contact(?:-us)?|careers|home|index\.[a-z]{3,5}))?\/*(?:[?#]|$)/;

/**
 * Undefined for IP addresses, `localhost`, single words and bare public suffixes. An unknown suffix counts as one: new ones are
 * registered all the time.
 */
function readDomain(text: string): Domain | undefined {
  const address = text
    .trim()
    .replace(/^[\s<("'“‘[]+|[\s>)"'”’\],;]+$/gu, '')
    .toLowerCase()
    .replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\//, '')
    .replace(/^https?:\/\//, '');
  let host = address.replace(/[/?#\\].*$/s, '');
  const isPage = /^[^/?#]*\/+[^/?#]/.test(address) && !ownPage.test(address);
  host = host
    .slice(host.lastIndexOf('@') + 1)
    .replace(/:\d*$/, '')
    .replace(/\.$/, '');
  while (host.startsWith('www.')) host = host.slice(4);
  // No host name is longer, and converting accents in a row is slow.
  if (host.length > 253) return undefined;
  if (/[^\x21-\x7e]/.test(host)) host = domainToASCII(host);
  if (!hostName.test(host) || /(?:^|\.)(?:\d+|localhost)$/.test(host)) return undefined;
  // Private suffixes count: two subdomains of github.io are two companies.
  const parsed = parse(host, { allowPrivateDomains: true, extractHostname: false });
  // Suffixes that the list does not know are as good as others: new ones are added every month.
  if (parsed.isIp === true || parsed.domain === null || parsed.hostname === null) return undefined;
  return { isPage, host: parsed.hostname, root: parsed.domain, name: parsed.domainWithoutSuffix ?? parsed.domain };
}
