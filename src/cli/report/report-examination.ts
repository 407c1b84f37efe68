import type { Section } from '../../doctor/examination.ts';
import { longestOf } from '../../mapping/values/longest-of.ts';
import { paintMark } from './report-folder.ts';
import { counted } from '../../counted.ts';

/** What to enter in Enginy's settings, under the labels of its form. */
export type EnginyForm = Readonly<Record<string, string>>;

/** Sections with one line each, a remedy below what needs one, then what to enter in Enginy, then the counts. */
export function formatExamination(
  sections: readonly Section[],
  form: EnginyForm | undefined,
  hasColor: boolean,
): string {
  const parts = sections.map(({ title, lines }) => [
    title,
    ...lines.flatMap(({ mark, text, remedy }) => [
      paintMark(`  ${mark} ${text}`, mark, hasColor),
      ...(remedy === undefined ? [] : [`    → ${remedy}`]),
    ]),
  ]);
  if (form !== undefined) {
    const width = longestOf(Object.keys(form));
    parts.push([
      'Enter in Enginy',
      ...Object.entries(form).map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ]);
  }
  parts.push([describeCounts(countMarks(sections))]);
  return parts.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

export interface MarkCounts {
  readonly errors: number;
  readonly warnings: number;
  readonly passed: number;
}

export function countMarks(sections: readonly Section[]): MarkCounts {
  const marks = sections.flatMap(({ lines }) => lines.map(({ mark }) => mark));
  const count = (mark: string) => marks.filter((each) => each === mark).length;
  return { errors: count('✕'), warnings: count('!'), passed: count('✓') };
}

function describeCounts({ errors, warnings, passed }: MarkCounts): string {
  return `${counted(errors, 'error')}, ${counted(warnings, 'warning')}, ${counted(passed, 'check')} passed`;
}
