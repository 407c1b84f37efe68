import type { CheckResult } from './run-checks.ts';

export interface ConformanceSummary {
  readonly passed: number;
  /** Failed checks of level `must`. */
  readonly failures: number;
  /** Failed checks of level `should`. */
  readonly warnings: number;
  readonly notApplicable: number;
}

export function summarize(results: readonly CheckResult[]): ConformanceSummary {
  const count = (wanted: (result: CheckResult) => boolean) => results.filter(wanted).length;
  return {
    passed: count(({ verdict }) => verdict === 'passed'),
    failures: count(({ verdict, check }) => verdict === 'failed' && check.level === 'must'),
    warnings: count(({ verdict, check }) => verdict === 'failed' && check.level === 'should'),
    notApplicable: count(({ verdict }) => verdict === 'not applicable'),
  };
}

/** One line for a terminal; a check that did not pass is followed by the reason and what to do. */
export function formatResult({ check, verdict, detail = '' }: CheckResult): string {
  if (verdict === 'passed') return `  ✓ ${check.title}\n`;
  if (verdict === 'not applicable') return `  - ${check.title}\n      not applicable: ${detail}\n`;
  const mark = check.level === 'must' ? '✕' : '!';
  return `  ${mark} ${check.title}\n      ${detail}  [${check.id}]\n      → ${check.remedy}\n`;
}

/** The last line of a run. */
export function formatSummary(summary: ConformanceSummary): string {
  const { passed, failures, warnings, notApplicable } = summary;
  const skipped = notApplicable === 0 ? '' : `, ${notApplicable} not applicable`;
  return `${passed} passed, ${failures} failed, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}${skipped}\n`;
}

/** The results as JUnit XML, as continuous integration reads it: warnings are reported as skipped tests. */
export function toJUnit(results: readonly CheckResult[]): string {
  const { failures, warnings, notApplicable } = summarize(results);
  const totals = `tests="${results.length}" failures="${failures}" skipped="${warnings + notApplicable}"`;
  const cases = results.map((result) => {
    const { check, durationMs } = result;
    const time = (durationMs / 1000).toFixed(3);
    const open = `    <testcase classname="${check.id.split('.')[0]}" name="${escapeXml(check.title)}" time="${time}"`;
    return result.verdict === 'passed' ? `${open}/>` : `${open}>${outcomeOf(result)}</testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${totals}>\n  <testsuite name="Enginy custom CRM" ${totals}>\n${cases.join('\n')}\n  </testsuite>\n</testsuites>\n`;
}

function outcomeOf({ check, verdict, detail = '' }: CheckResult): string {
  const message = escapeXml(`${detail}. ${check.remedy}`);
  return verdict === 'failed' && check.level === 'must'
    ? `<failure message="${message}"/>`
    : `<skipped message="${message}"/>`;
}

/** Also drops characters that XML 1.0 does not allow. */
function escapeXml(text: string): string {
  const allowed = [...text].filter((letter) => letter >= ' ' || letter === '\n' || letter === '\t').join('');
  return allowed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
