import data from '../../data/placeholders.json' with { type: 'json' };
import { foldCompanyName } from '../company-name.ts';

/** Names are compared as match rules compare them, so that spelling and legal forms make no difference. */
const names: ReadonlySet<string | undefined> = new Set(data.companies.map((name) => foldCompanyName(name)));

/** True for a company name that says that there is no company, or not which one: `Self-employed`, `Stealth Startup`. @param folded as by {@link foldCompanyName}. */
export function isPlaceholderCompany(folded: string): boolean {
  return names.has(folded);
}
