import { normalizeEmail } from '../values/email-address.ts';
import { isFreeMailDomain } from '../values/free-mail-domains.ts';
import {
  areDifferentLinkedinUrls,
  isLinkedinUrlOfOthers,
  linkedinUrlVariants,
  linkedinUrlWords,
  normalizeLinkedinUrl,
} from '../values/linkedin-url.ts';
import type { Locale } from '../values/locale.ts';
import { identifiesNoOne, isPlaceholderDomain } from '../values/placeholders/placeholder-address.ts';
import { isPlaceholderPhone } from '../values/placeholders/placeholder-phone.ts';
import { normalizePhone, phoneVariants } from '../values/phones/phone-number.ts';
import { readFirstValue } from '../values/several-values.ts';
import type { ValueProblem } from '../values/value-problem.ts';
import { areDifferentDomains, domainVariants, normalizeDomainName, normalizeOwnDomain } from '../values/web-domain.ts';
import { normalizeUrl } from '../values/web-url.ts';
import type { Transform } from './transform.ts';

/** Transforms of contact details: email addresses, phone numbers, URLs and domains. */
export const addressTransforms = {
  email: {
    summary: 'A lowercase email address, without "mailto:" or a display name.',
    role: 'canonical',
    example: ['Ada <Ada@Example.com>', 'ada@example.com'],
    accepts: 'text',
    maxLength: 1_000,
    isSingle: true,
    apply: (value, { placeholders }) => {
      const read = readFirstValue(value, normalizeEmail, { needsAll: false });
      return typeof read === 'string' && identifiesNoOne(read, placeholders) ? { value: read, warning: isNoOne } : read;
    },
    identifies: true,
    isShared: (canonical, _object, { placeholders }) => identifiesNoOne(canonical, placeholders),
  },
  e164: {
    summary:
      "A phone number in E.164 format; numbers without a country prefix are read as numbers of the record's country, or else of DEFAULT_COUNTRY.",
    role: 'canonical',
    example: ['+34 600 11 12 22', '+34600111222'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    keepsUnreadable: true,
    apply: (value, locale) => {
      const read = normalizePhone(value, locale);
      return typeof read === 'string' && isPlaceholderPhone(read) ? { value: read, warning: isNoOne } : read;
    },
    isShared: isPlaceholderPhone,
    variants: phoneVariants,
    isSearchedAsGiven: (canonical) => canonical.includes(' ext. '),
  },
  linkedin_url: {
    summary: 'The canonical URL of a LinkedIn profile or page.',
    role: 'canonical',
    example: ['es.linkedin.com/in/Ada-L/?trk=x', 'https://www.linkedin.com/in/ada-l'],
    accepts: 'text',
    maxLength: 2_000,
    isSingle: true,
    keepsUnreadable: true,
    apply: (value) => readFirstValue(value, normalizeLinkedinUrl, { needsAll: true }),
    variants: linkedinUrlVariants,
    words: linkedinUrlWords,
    identifies: true,
    isShared: (canonical, object) =>
      isLinkedinUrlOfOthers(canonical, object === 'contacts' ? 'person' : 'organization'),
    areDifferent: areDifferentLinkedinUrls,
  },
  url: {
    summary: 'A URL with a scheme and without a trailing slash.',
    role: 'canonical',
    example: ['Acme.com/', 'https://acme.com'],
    accepts: 'text',
    maxLength: 2_000,
    isSingle: true,
    keepsUnreadable: true,
    apply: (value) => readFirstValue(value, normalizeUrl, { needsAll: true }),
  },
  domain: {
    summary:
      'A company\'s domain without scheme, "www.", path or port. Pages on shared platforms (facebook.com, linktr.ee) are rejected; ' +
      'match rules also ignore free email providers.',
    role: 'canonical',
    example: ['https://www.Acme.com/about', 'acme.com'],
    accepts: 'text',
    maxLength: 2_000,
    isSingle: true,
    apply: (value, locale) => readFirstValue(value, (part) => normalizeOwnDomain(part, locale), { needsAll: true }),
    variants: domainVariants,
    isShared: isSharedDomain,
    identifies: true,
    areDifferent: areDifferentDomains,
  },
  root_domain: {
    summary: 'Like `domain`, but without subdomains.',
    role: 'canonical',
    example: ['shop.acme.co.uk', 'acme.co.uk'],
    accepts: 'text',
    maxLength: 2_000,
    isSingle: true,
    apply: (value, locale) =>
      readFirstValue(value, (part) => normalizeOwnDomain(part, locale, true), { needsAll: true }),
    variants: domainVariants,
    isShared: isSharedDomain,
    identifies: true,
    areDifferent: areDifferentDomains,
  },
  domain_name: {
    summary: 'For comparing: a domain without its extension, so that acme.com equals acme.es.',
    role: 'comparing',
    example: ['www.acme.co.uk', 'acme'],
    accepts: 'text',
    maxLength: 2_000,
    apply: companyDomainName,
    variants: (canonical) => [...new Set(canonical.split('-').filter((word) => word !== ''))],
    search: 'tokens',
  },
} as const satisfies Readonly<Record<string, Transform>>;

const isNoOne = 'is a placeholder, which identifies no one; it was written';

const sharedDomain: ValueProblem = { problem: 'is the domain of a free email provider' };
const placeholderDomain: ValueProblem = { problem: 'is a placeholder, not the domain of a company' };

function isSharedDomain(host: string, _object: string, { placeholders }: Locale): boolean {
  return isFreeMailDomain(host) || isPlaceholderDomain(host, placeholders);
}

/** The name of a company's own domain; a free email provider's is refused. */
function companyDomainName(text: string, locale: Locale): string | ValueProblem {
  if (!text.includes('.')) return normalizeDomainName(text);
  const domain = normalizeOwnDomain(text, locale);
  if (typeof domain !== 'string') return domain;
  if (isPlaceholderDomain(domain, locale.placeholders)) return placeholderDomain;
  return isFreeMailDomain(domain) ? sharedDomain : normalizeDomainName(text);
}
