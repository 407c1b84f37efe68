import type { Coverage, RuleCoverage } from '../../live-check/measure-coverage.ts';
import { longestOf } from '../../mapping/values/longest-of.ts';
import { printable } from './printable.ts';

/** How many records each match rule can identify, and where LinkedIn URLs are that no rule reads. */
export function formatCoverage({ objectType, records, rules, linkedin }: Coverage): string {
  const width = longestOf(rules.map(({ name }) => name));
  const lines = rules.map((rule) => `    ${rule.name.padEnd(width)}  ${describeRule(rule)}\n`);
  const hints = linkedin.map(
    ({ property, label, found, sample }) =>
      `  ! ${property} (${printable(label)}) holds LinkedIn URLs, in ${found} of ${sample} records of a sample, and no match rule reads ` +
      `it: add it to "also" and "search" of the rule for linkedinUrl\n`,
  );
  return `  ${records} ${objectType} in the account; those that a match rule can identify:\n${lines.join('')}${hints.join('')}`;
}

function describeRule({ filled }: RuleCoverage): string {
  if (filled.length === 0) return 'none: the account does not have its properties';
  return filled.map(({ property, records }) => `${records} by ${property}`).join(', ');
}
