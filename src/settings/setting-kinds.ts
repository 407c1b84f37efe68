/** Kinds of settings: how a text of the environment is checked and read. */
import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** A whole number within limits; given as text. */
export function integerBetween(least: number, most: number) {
  return z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));
}

const sizeUnits: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

function toBytes(text: string): number {
  const parts = /^(\d+)\s*(b|kb|mb|gb)?$/i.exec(text);
  return parts ? Number(parts[1]) * (sizeUnits[(parts[2] ?? '').toLowerCase()] ?? 1) : Number.NaN;
}

/** Above this, one request could use up the memory of the process. */
export const maxBodyBytes = 200 * 1024 ** 2;

/** A size in bytes, given as `20mb`. */
export function size(standard: string, most = 1024 ** 4) {
  return z
    .string()
    .refine((text) => toBytes(text) > 0, `must be a size such as ${standard}`)
    .prefault(standard)
    .transform(toBytes)
    .pipe(z.number().max(most, `must be at most ${most / 1024 ** 2}mb`));
}

/**
 * `rediss://` encrypts; user and password stand before the host. Only what the client can read: it throws for a malformed password, and selects any path or `db` as a
 * database.
 */
export const redisUrl = z
  .url({
    protocol: /^rediss?$/,
    error: 'must be a redis:// or rediss:// address, with special characters of the password percent-encoded',
    abort: true,
  })
  .regex(/^rediss?:\/\/[^/?#]/i, { error: 'must be a redis:// or rediss:// address with a host', abort: true })
  .refine(isPercentEncoded, 'must have special characters of the password percent-encoded, such as %25 for %')
  .refine(namesDatabase, 'must end with the port or with the number of a database, such as /2');

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function namesDatabase(text: string): boolean {
  const { pathname, searchParams } = new URL(text);
  return /^\/?(\d+\/?)?$/.test(pathname) && /^\d*$/.test(searchParams.get('db') ?? '');
}

export function withoutTrailingSlashes(url: string): string {
  return url.replace(/\/+$/, '');
}

export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

/** An address without a path. */
export const origin = httpUrl
  .transform((text) => new URL(text))
  .refine(isPrivate, 'must start with https://: users send their password and session over it')
  .refine(({ pathname, search, hash }) => `${pathname}${search}${hash}` === '/', 'must be an address without a path')
  .transform((url) => url.origin);

function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}

/** A path in front of others: `enginy`, `/enginy` and `//enginy/` are `/enginy`; `/` is ''. */
export const urlPath = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9._~/-]*$/, 'must be a path such as /enginy, of letters, digits, ".", "_", "~", "-" and "/"')
  .transform((text) =>
    text
      .split('/')
      .filter((segment) => segment !== '')
      .map((segment) => `/${segment}`)
      .join(''),
  );

const namedNetworks: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return namedNetworks.includes(text);
  if (prefix === undefined) return true;
  try {
    new BlockList().addSubnet(
      address,
      /^\d+$/.test(prefix) ? Number(prefix) : Number.NaN,
      `ipv${family === 4 ? 4 : 6}`,
    );
    return true;
  } catch {
    // An impossible prefix, such as /33: the caller reports it.
    return false;
  }
}

/** The proxies whose `X-Forwarded-For` counts: how many there are, or their addresses and networks, separated by commas. */
export const trustedProxies = z
  .string()
  .transform((text) => (/^\d+$/.test(text.trim()) ? Number(text) : text.split(',').map((each) => each.trim())))
  .refine(
    (value) => (typeof value === 'number' ? value <= 10 : value.every(isNetwork)),
    'must be a number of proxies (10 at most), or addresses and networks such as 10.0.0.0/8 or loopback, separated by commas',
  );

/** As {@link trustedProxies}, but never a number: who asks is decided by address. */
export const proxyAddresses = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine(
    (value) => value.every(isNetwork),
    'must be addresses and networks such as 10.0.0.0/8 or loopback, separated by commas',
  )
  .refine((networks) => !networks.some(isVast), 'must not contain a network larger than 10.0.0.0/8 or fc00::/7');

/** True for a network that reaches beyond any private one: every caller would be believed. */
function isVast(network: string): boolean {
  const [address = '', prefix = ''] = network.split('/');
  if (prefix === '') return false;
  if (isIP(address) === 4) return Number(prefix) < 8;
  // ::ffff:0:0/96 is all of IPv4.
  const mapped = new BlockList();
  mapped.addSubnet('::ffff:0:0', 96, 'ipv6');
  return Number(prefix) < (mapped.check(address, 'ipv6') ? 104 : 7);
}

export const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'must be a header name');

/** Headers that browsers, HTTP itself or any proxy set: none of them names a user whom a proxy vouches for. */
const ordinaryHeaders =
  /^(?:cookie2?|set-cookie|(?:proxy-)?authorization|host|origin|referer|user-agent|connection|keep-alive|upgrade.*|transfer-encoding|te|trailer|expect|date|range|via|pragma|cache-control|forwarded|x-forwarded-(?:for|host|port|proto|prefix|server)|x-real-ip|x-request-id|last-event-id|priority|dnt|save-data|content-.*|accept.*|if-.*|sec-.*)$/i;

/** As {@link headerName}, of an identity proxy. */
export const identityHeader = headerName.refine(
  (name) => !ordinaryHeaders.test(name),
  'must be a header that only the identity proxy sets, such as X-Remote-User: anyone can send this one',
);

/** True for an address or name that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
