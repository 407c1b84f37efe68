import { codeOf, type LineFault, missingSign, openBracket, strangeSign, tabIndent } from './line-faults.ts';
import { counted } from '../../counted.ts';

/** What the parser reports first. */
interface ParserError {
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The position of a fault, counted from 1, and its description in plain words. */
export interface YamlFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Explains why a text is not YAML. The parser often stumbles over the line after the slip, so the surrounding lines are checked for
 * common mistakes; if there is none, the parser's own message is used.
 */
export function explainFault(text: string, problem: ParserError): YamlFault {
  const lines = text.split(/\r?\n/);
  const near = linesNear(lines, problem.line - 1);
  const checks: readonly ((line: string) => LineFault | undefined)[] = [
    strangeSign,
    tabIndent,
    ...(problem.message.includes('closing') ? [openQuote] : []),
    missingSign,
  ];
  for (const check of checks) {
    for (const index of near.until) {
      const fault = check(lines[index] ?? '');
      if (fault !== undefined) return { line: index + 1, column: fault.at + 1, message: fault.message };
    }
  }
  return (
    missingDash(lines, near.until) ??
    oddIndent(lines, near.all) ??
    inOneLine(lines, near.until, openBracket) ?? { ...problem, message: plainWords(problem, lines) }
  );
}

/** The line of the problem and the lines of code before it; `all` also has the one after it. Nearest first. */
function linesNear(lines: readonly string[], at: number): { until: number[]; all: number[] } {
  const hasCode = (index: number) => codeOf(lines[index] ?? '').trim() !== '';
  const until: number[] = [];
  for (let index = Math.min(at, lines.length - 1); index >= 0 && until.length < 3; index -= 1) {
    if (hasCode(index)) until.push(index);
  }
  let after = at + 1;
  while (after < lines.length && !hasCode(after)) after += 1;
  return { until, all: after < lines.length ? [...until, after] : until };
}

function inOneLine(
  lines: readonly string[],
  near: readonly number[],
  check: (line: string) => LineFault | undefined,
): YamlFault | undefined {
  for (const index of near) {
    const fault = check(lines[index] ?? '');
    if (fault !== undefined) return { line: index + 1, column: fault.at + 1, message: fault.message };
  }
  return undefined;
}

/** {@link codeOf} replaces what a quote encloses; one that is not closed reaches to the end. */
function openQuote(line: string): LineFault | undefined {
  const code = codeOf(line).trimEnd();
  const found = /["']x*$/.exec(code);
  const before = code.slice(0, found?.index);
  if (found === null || /["']x*$/.test(before)) return undefined;
  return { at: found.index, message: 'this quote is not closed' };
}

/** `{ enginy: a }` among entries that begin with a dash. */
function missingDash(lines: readonly string[], near: readonly number[]): YamlFault | undefined {
  const [, before] = near;
  for (const index of near.slice(0, 2)) {
    const start = /^\s*(?=\{)/.exec(lines[index] ?? '')?.[0].length;
    if (start !== undefined && before !== undefined && /^\s*- /.test(lines[index - 1] ?? lines[before] ?? '')) {
      return { line: index + 1, column: start + 1, message: 'a dash (-) is missing before this entry' };
    }
  }
  return undefined;
}

function oddIndent(lines: readonly string[], near: readonly number[]): YamlFault | undefined {
  const indents = near
    .map((index) => ({ index, indent: /^ */.exec(lines[index] ?? '')?.[0].length ?? 0 }))
    .toSorted((a, b) => a.index - b.index);
  const odd = indents.find(({ indent }) => indent % 2 === 1);
  if (odd === undefined) return undefined;
  const others = indents.filter(({ indent }) => indent % 2 === 0).map(({ indent }) => indent);
  const [nearest = odd.indent + 1] = others.toSorted(
    (a, b) => Math.abs(a - odd.indent) - Math.abs(b - odd.indent) || b - a,
  );
  const message = `this line begins with ${counted(odd.indent, 'space')}, the lines around it with ${nearest}: align them`;
  return { line: odd.index + 1, column: odd.indent + 1, message };
}

function plainWords({ code, message, line, column }: ParserError, lines: readonly string[]): string {
  const sign = lines[line - 1]?.[column - 1] ?? '';
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'a mapping file is a single document: "---" cannot start another';
    case 'BAD_SCALAR_START':
      return `a value cannot begin with ${sign}: put quotes around it`;
    case 'BAD_INDENT':
      return 'this line does not begin in the same column as the lines of its section';
    case 'MISSING_CHAR':
      return message.includes('map keys') ? 'a colon is missing after the key in this line' : message;
    case 'RESOURCE_EXHAUSTION':
      return 'the file is nested too deeply';
    default:
      return message.replace(/\s+/g, ' ').replace(/; please use YAML\.\w+\(\)/, '');
  }
}
