import type { LiveFile, LiveReport, LiveRow } from '../../live-check/check-live.ts';
import { longestOf } from '../../mapping/values/longest-of.ts';
import { type Mark, paintMark } from './report-folder.ts';
import { clipped } from '../../clipped.ts';

const arrows: Readonly<Record<LiveRow['section'], string>> = {
  identity: '↔',
  match: '=',
  write: '→',
  on_create: '→',
  always: '→',
  on_activity: '→',
  'kept text': '→',
  return: '←',
};

/** A table per file: each row of the mapping with its mark, and the CRM's side of it. */
export function formatLive({ account, files }: LiveReport, crmName: string, hasColor: boolean): string {
  return files.map((file) => formatFile(file, `${crmName} (account ${account.id})`, hasColor)).join('\n');
}

function formatFile({ file, objectType, rows }: LiveFile, crm: string, hasColor: boolean): string {
  const title = `${file}, ${objectType} of ${crm}\n`;
  if (rows.length === 0) return `${title}  its properties could not be read\n`;
  const sectionWidth = Math.max('on_create'.length, longestOf(rows.map(({ section }) => section)));
  const fieldWidth = widest(rows.map(({ field }) => field));
  const propertyWidth = widest(rows.map(({ property }) => property));
  const lines = rows.map(({ section, field, property, mark, note }) => {
    const cells = [
      section.padEnd(sectionWidth),
      shorten(field).padEnd(fieldWidth),
      arrows[section],
      property.padEnd(propertyWidth),
      note,
    ];
    return `${paintMark(`  ${mark} ${cells.join(' ')}`, mark, hasColor && mark !== '✓')}\n`;
  });
  return `${title}${lines.join('')}  ${tally(rows)}\n`;
}

const longest = 40;

function widest(texts: readonly string[]): number {
  return longestOf(texts.map(shorten));
}

function shorten(text: string): string {
  return clipped(text, longest);
}

function tally(rows: readonly LiveRow[]): string {
  const number = (mark: Mark) => rows.filter((row) => row.mark === mark).length;
  return `${rows.length} rows: ${number('✓')} ✓  ${number('!')} !  ${number('✕')} ✕`;
}
