import data from '../../data/placeholders.json' with { type: 'json' };
import { isFreeMailDomain } from '../free-mail-domains.ts';

/** Email addresses, profiles and domains that forms and programs fill in where there is none: they identify no one. */

const listOf = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const emailWords: ReadonlySet<string> = new Set(data.emailWords);
/** User names that say that there is no address, on a host that does not belong to one company. */
const noAddressUsers = listOf(data.noAddress);
/** The same, unmistakable at every host; a real mailbox may be called so, though. */
const noAddressAnywhere = listOf(data.noAddressAnywhere);
const sampleUsers = listOf(data.sampleUsers);
const sampleUsersAtExample = listOf(data.sampleUsersAtExample);
/** User and first label of the host: `a@b` stands for `a@b.com` and `a@b.de`. */
const sampleAddresses = listOf(data.sampleAddresses);
/**
 * Reserved for documentation (RFC 2606): `jane@example.com` may be meant as one person, `test@example.com` is none. Test portals use
 * `.example` and `.test` for ordinary companies; only a user that says that there is no address is a placeholder there.
 */
const exampleHosts = listOf(data.exampleHosts);
const reservedSuffix = /\.(?:example|test|invalid|localhost)$/;
const sampleHosts = listOf(data.sampleHosts);
const noHosts = listOf(data.noHosts);
const noDomains = listOf(`${data.noDomains} ${data.noHosts}`);
const profiles = listOf(data.profiles);
const pages = listOf(data.pages);

/** Names of real mailboxes: `mail@nothing.tech`. */
const mailboxes = /^(?:(?:e-?)?mail|(?:no|donot)-?reply)$/;
/** Real providers, where short addresses belong to people: `aa@mail.com`. */
const providers = /^(?:e-?)?mail$/;
/** Words that say that there is no address; `nothing` and `hidden` are also names of companies. */
const noAddress =
  /^(?:no(?:ne|t.*|-?e?-?mail|_email|correo)?|sin.*|keine.*|pasdemail|seme?mail|n[-.]?a|nil|null|undefined|unknown|invalid|fake)$/;

/** True for an address that says that there is none: `noemail@noemail.com`, `not.provided@gmail.com`. */
export function standsForNone(address: string): boolean {
  const { user, domain } = partsOf(address);
  if (noAddressUsers.has(user) && (isNoCompany(domain) || reservedSuffix.test(domain))) return true;
  const host = domain.split('.', 1)[0] ?? '';
  if (!emailWords.has(user) || !emailWords.has(host)) return false;
  if (user === host) return true;
  if (mailboxes.test(user)) return providers.test(host) || (noAddress.test(host) && host !== 'nothing');
  return !providers.test(host) || noAddress.test(user);
}

/**
 * True for an address that many records are given, although it may be someone's: `test@test.com`, `a@a.com`, `noemail@acme.com`.
 * @param more further addresses, users (`user@`) and hosts (`@host`), from the mapping file.
 */
export function identifiesNoOne(address: string, more: readonly string[] = []): boolean {
  const { user, domain } = partsOf(address);
  const isListed = [address, `${user}@`, `@${domain}`].some((name) => more.includes(name));
  if (isListed || noHosts.has(domain) || noAddressAnywhere.has(user)) return true;
  const host = domain.split('.', 1)[0] ?? '';
  if (user === host && (user.length < 3 || sampleUsers.has(user))) return true;
  // `info@info.acme.com` is at a company's own subdomain.
  const isWholeDomain = /^[^.]+\.[^.]+$/.test(domain) && !reservedSuffix.test(domain);
  if (isWholeDomain && (sampleAddresses.has(`${user}@${host}`) || (user === host && sampleUsersAtExample.has(user))))
    return true;
  if (exampleHosts.has(domain) && sampleUsersAtExample.has(user)) return true;
  return sampleUsers.has(user) && isNoCompany(domain);
}

/** True for a domain that no company has, or that many are given. @param more as above, `@host`. */
export function isPlaceholderDomain(host: string, more: readonly string[] = []): boolean {
  return noDomains.has(host) || more.includes(`@${host}`);
}

/**
 * True for a placeholder instead of a name in a LinkedIn URL, and for LinkedIn's link to one's own profile.
 * @param kind `in`, `company`, `school` or `showcase`.
 */
export function isPlaceholderSlug(kind: string, slug: string): boolean {
  return (kind === 'in' ? profiles : pages).has(slug);
}

/** A host at which many people have their address, or no one. */
function isNoCompany(domain: string): boolean {
  return exampleHosts.has(domain) || sampleHosts.has(domain) || noHosts.has(domain) || isFreeMailDomain(domain);
}

function partsOf(address: string): { readonly user: string; readonly domain: string } {
  const at = address.lastIndexOf('@');
  return { user: address.slice(0, at), domain: address.slice(at + 1) };
}
