import { isValueProblem, type ValueProblem } from './value-problem.ts';
import { normalizeDomain } from './web-domain.ts';

/** A web address with scheme, lower-case host and no trailing slash; anything but http and https is refused. */
export function normalizeUrl(text: string): string | ValueProblem {
  const trimmed = text.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed.replace(/^\/\//, '')}`;
  const url = URL.parse(withScheme);
  if (url === null || !/^https?:$/.test(url.protocol) || isValueProblem(normalizeDomain(url.hostname))) {
    return { problem: 'is not a web address' };
  }
  if (url.username !== '' || url.password !== '') return { problem: 'is a web address with a password in it' };
  return url.pathname === '/' && url.search === '' && url.hash === '' ? url.origin : url.href;
}
