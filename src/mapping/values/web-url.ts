import { isValueProblem, type ValueProblem } from './value-problem.ts';
import { normalizeDomain } from './web-domain.ts';

/** Parses a URL to one with scheme, lowercase host and no trailing slash; only http and https are accepted. */
export function normalizeUrl(text: string): string | ValueProblem {
  const trimmed = text
    .trim()
    .replace(/^[<("'“‘[](.*)[>)"'”’\]]$/su, '$1')
    .replace(/[,;]+$/, '');
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed.replace(/^\/\//, '')}`;
  const url = URL.parse(withScheme);
  if (url === null || !/^https?:$/.test(url.protocol) || isValueProblem(normalizeDomain(url.hostname))) {
    return { problem: 'is not a URL' };
  }
  if (url.username !== '' || url.password !== '') return { problem: 'is a URL that contains a password' };
  return url.pathname === '/' && url.search === '' && url.hash === '' ? url.origin : url.href;
}
