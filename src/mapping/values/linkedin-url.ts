import type { ValueProblem } from './value-problem.ts';

const notLinkedin: ValueProblem = { problem: 'is not the address of a LinkedIn profile or page' };

/** `linkedin.com/in/ada`, with or without scheme, `www.`, a country's or the mobile subdomain, and whatever follows. */
const linkedinPath = /^(?:https?:)?(?:\/\/)?(?:[a-z0-9-]+\.)*linkedin\.com\/(?:mwlite\/)?([a-z]+)\/([^?#]*)/i;

/** Profiles and pages whose address is one word after the kind. */
const pageKinds = new Set(['in', 'company', 'school', 'showcase']);

/** Member numbers that stand in for a public name; LinkedIn tells their letters' case apart. */
const memberUrn = /^AC[a-z][A-Za-z0-9_-]{30,}$/;

/**
 * The one form in which LinkedIn addresses are stored and compared, `https://www.linkedin.com/in/ada`: lower-case,
 * percent-decoded, without what follows the name. Sales Navigator links keep their path, which means nothing shortened.
 */
export function normalizeLinkedinUrl(text: string): string | ValueProblem {
  const match = linkedinPath.exec(text.trim());
  if (match === null) return notLinkedin;
  const kind = match[1]?.toLowerCase() ?? '';
  const path = (match[2] ?? '').replace(/\/+$/, '');
  if (kind === 'sales') return path === '' ? notLinkedin : `https://www.linkedin.com/sales/${path}`;
  if (kind === 'pub') {
    return path === '' ? notLinkedin : `https://www.linkedin.com/pub/${decodeSlug(path).toLowerCase()}`;
  }
  if (!pageKinds.has(kind)) return notLinkedin;
  const slug = decodeSlug(path.split('/', 1)[0] ?? '').trim();
  if (slug === '' || /[\s/?#%]/.test(slug)) return notLinkedin;
  return `https://www.linkedin.com/${kind}/${memberUrn.test(slug) ? slug : slug.toLowerCase()}`;
}

/**
 * Spellings under which a CRM is likely to hold the address, lower-case, eight at most: eight addresses of usual length
 * with all their spellings must fit into one search body of 3,000 characters (HubSpot's search guide).
 */
export function linkedinUrlVariants(canonical: string): string[] {
  const rest = canonical.slice('https://www.'.length).toLowerCase();
  const encoded = encodeURI(rest).toLowerCase();
  if (encoded !== rest) {
    return [rest, encoded].flatMap((path) => [
      `https://www.${path}`,
      `https://www.${path}/`,
      `https://${path}`,
      `http://www.${path}`,
    ]);
  }
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

/** Decodes until nothing changes (links pasted twice are encoded twice); text that is not well encoded stays. */
function decodeSlug(slug: string): string {
  let decoded = slug;
  for (let round = 0; round < 3 && decoded.includes('%'); round += 1) {
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      return decoded;
    }
  }
  return decoded.normalize('NFC');
}
