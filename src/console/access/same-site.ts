import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../../settings/setting-kinds.ts';

/** The console may be reached under these names only: a page of another name that resolves to this machine is not served. */
export interface OwnNames {
  /** CONSOLE_URL. */
  readonly url: string | undefined;
  /** ADMIN_HOST. */
  readonly host: string;
}

export interface Site {
  /** `https://bridge.example.com`: where the browser is. */
  readonly origin: string;
  readonly isHttps: boolean;
}

/**
 * Where the browser is, by the Host header.
 * @returns undefined for a name that is none of the console's.
 */
export function siteOf({ host = '' }: IncomingHttpHeaders, own: OwnNames): Site | undefined {
  const outside = own.url === undefined ? undefined : new URL(own.url);
  if (outside !== undefined && outside.host === host.toLowerCase()) {
    return { origin: outside.origin, isHttps: outside.protocol === 'https:' };
  }
  const parsed = URL.parse(`http://${host}`);
  // Anything but a name and a port would be read differently by a browser.
  if (parsed === null || parsed.host !== host.toLowerCase().replace(/:80$/, '')) return undefined;
  const name = parsed.hostname.replace(/^\[|\]$/g, '');
  const isOwn = isLoopback(name) || (name === own.host && /^[\d.]+$|:/.test(name));
  return isOwn ? { origin: parsed.origin, isHttps: false } : undefined;
}

/** True if a request that changes something comes from a page of the console itself. */
export function isFromOwnPage(headers: IncomingHttpHeaders, site: Site): boolean {
  const fetchSite = headers['sec-fetch-site'];
  if (fetchSite !== undefined && fetchSite !== 'same-origin') return false;
  // Pages without a referrer send "null"; then `Sec-Fetch-Site` decides.
  if (headers.origin === undefined || headers.origin === 'null') return fetchSite === 'same-origin';
  return headers.origin === site.origin;
}

/** True if another site requests anything but a page to navigate to. */
export function isForeignFetch(headers: IncomingHttpHeaders): boolean {
  const fetchSite = headers['sec-fetch-site'];
  if (fetchSite !== 'cross-site' && fetchSite !== 'same-site') return false;
  return headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document';
}
