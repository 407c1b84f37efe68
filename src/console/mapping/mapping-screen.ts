import { basename } from 'node:path';
import { includesRole } from '../access/roles.ts';
import { ThreadCallError } from '../archive/call-thread.ts';
import type { ConsoleThreads } from '../archive/open-threads.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { isolated } from '../html/isolated.ts';
import { postForm } from '../html/post-form.ts';
import { statusMark } from '../html/status-mark.ts';
import { timeTag } from '../html/time-tag.ts';
import type { LiveMappings } from '../../live-mappings.ts';
import { type Diagnostic, hasErrors, sortDiagnostics } from '../../mapping/schema/diagnostic.ts';
import { sinceOf } from '../problems/problems-screen.ts';
import type { Screen, Visit } from '../screens/screen.ts';
import type { LiveChecker, LiveMarks } from './live-marks.ts';
import type { MappingFilesView, MappingFileView } from './read-mapping-files.ts';
import type { FieldWithoutRow } from './fields-without-row.ts';

interface MappingDeps extends Pick<ConsoleThreads, 'archive'> {
  readonly mappings: Pick<LiveMappings, 'state'>;
  readonly checker: LiveChecker;
}

/** The mapping files, what is wrong with them, and what they lack. Nothing here writes a file. */
export function mappingScreen({ archive, mappings, checker }: MappingDeps): Screen {
  return {
    path: '/console/mapping',
    title: 'Mapping',
    navLabel: 'Mapping',
    role: 'viewer',
    async show(visit) {
      const [files, unknown] = await Promise.all([
        archive.ask('mappingFiles'),
        archive.ask('unknownFields', sinceOf('7d')).catch(reasonOf),
      ]);
      const { name } = Object.fromEntries(visit.query);
      const isThere = name === undefined || files.files.some((file) => file.name === name);
      return {
        ...(!isThere && { status: 404 }),
        body: showMapping({ files, unknown, marks: checker.last(), state: mappings.state(), shown: name }, visit),
      };
    },
    actions: [
      {
        path: '/console/mapping/check',
        role: 'editor',
        async run() {
          const marks = await checker.check();
          return { redirect: '/console/mapping#live', hasFailed: 'fault' in marks };
        },
      },
    ],
  };
}

/** The journal may be unreadable although the files are readable. */
function reasonOf(error: unknown): string {
  if (error instanceof ThreadCallError) return error.message;
  throw error;
}

interface MappingParts {
  readonly files: MappingFilesView;
  /** Or why they cannot be read. */
  readonly unknown: readonly FieldWithoutRow[] | string;
  readonly marks: ReturnType<LiveChecker['last']>;
  readonly state: ReturnType<LiveMappings['state']>;
  /** The file whose text is shown. */
  readonly shown: string | undefined;
}

export function showMapping({ files, unknown, marks, state, shown }: MappingParts, visit: Visit): Html {
  const canEdit = includesRole(visit.identity.role, 'editor');
  const isThere = shown === undefined || files.files.some(({ name }) => name === shown);
  return html`${!isThere && html`<p role="alert">There is no mapping file with this name.</p>`}<p>Active: <code>${state.hash}</code> since <time datetime="${state.loadedAt}">${state.loadedAt.slice(0, 19).replace('T', ' ')}</time> UTC.${files.hash !== undefined && files.hash !== state.hash && html` ${statusMark('warning', `The folder has ${files.hash}, which becomes active in a moment.`)}`}</p>
${state.refused !== undefined && html`<p role="alert">${statusMark('bad', 'The last edit was rejected')}: the files have errors, and the version above stays active.</p>`}
${canEdit && html`<p><a href="/console/mapping/try">Try a record</a> · <a href="/console/mapping/compare">Compare an edited file</a></p>`}
<h2>Files</h2>
${files.findings.length > 0 && showFindings('Findings of the folder', files.findings)}
${showFiles(files.files, shown)}
<h2 id="live">Compared with HubSpot</h2>
${showMarks(marks)}
${canEdit && postForm({ action: '/console/mapping/check', formToken: visit.formToken }, html`<button>Compare with HubSpot now</button> <small>reads the properties, writes nothing</small>`)}
<h2>Fields without a row</h2>
${showUnknown(unknown)}`;
}

/** The state of each file, and the text of one: of the one that was asked for, or else of the first with errors. */
function showFiles(files: readonly MappingFileView[], asked: string | undefined): Html {
  const shown = files.find(({ name }) => name === asked) ?? files.find(({ findings }) => hasErrors(findings));
  return html`<ul>${files.map(({ name, findings }) => {
    const state = findings.length === 0 ? 'good' : hasErrors(findings) ? 'bad' : 'warning';
    const words = findings.length === 0 ? 'no findings' : `${findings.length} findings`;
    return html`<li>${name === shown?.name ? html`<strong>${name}</strong>` : html`<a href="/console/mapping?name=${encodeURIComponent(name)}#file">${name}</a>`}: ${statusMark(state, words)}</li>`;
  })}</ul>
${shown !== undefined && html`<h3 id="file">${shown.name}</h3>${shown.findings.length > 0 && showFindings(`Findings of ${shown.name}`, shown.findings)}${showSource(shown.text, shown.findings)}`}`;
}

/** A text takes at most this many bytes of its page. */
const maxSourceBytes = 20_000;

/** The text with line numbers, and each finding below its line; only the beginning of a long one. */
export function showSource(text: string, findings: readonly Diagnostic[]): Html {
  const byLine = Map.groupBy(sortDiagnostics(findings), ({ line }) => line);
  const lines = text.replace(/\n$/, '').split('\n');
  let left = maxSourceBytes;
  const shown: Html[] = [];
  for (const [index, line] of lines.entries()) {
    const own = html`<span class="faint">${String(index + 1).padStart(4)}</span>  ${line}\n${byLine.get(index + 1)?.map(showFinding)}`;
    left -= Buffer.byteLength(own.toString());
    if (left < 0) break;
    shown.push(own);
  }
  const more = lines.length - shown.length;
  return html`<pre tabindex="0">${shown}${more > 0 && `… ${more} more lines`}</pre>`;
}

function showFinding({ severity, message }: Diagnostic): Html {
  const [name, sign] = severity === 'error' ? ['bad', '✕'] : ['warning', '!'];
  return html`<span class="${name}">      ${sign} ${message}</span>\n`;
}

export function showFindings(caption: string, findings: readonly Diagnostic[]): Html {
  return captionedTable(
    caption,
    [{ label: 'Place' }, { label: 'Severity' }, { label: 'Kind' }, { label: 'Finding' }],
    sortDiagnostics(findings).map(({ file, line, column, severity, kind, message }) => ({
      cells: [
        html`<code>${basename(file)}:${line}:${column}</code>`,
        statusMark(severity === 'error' ? 'bad' : 'warning', severity),
        kind,
        message,
      ],
    })),
    { isStacked: true, maxBytes: 12_000 },
  );
}

function showMarks(marks: MappingParts['marks']): Html {
  if (marks === undefined)
    return html`<p>Not compared with the properties of HubSpot since the bridge was started.</p>`;
  if ('fault' in marks) return html`<p class="bad">HubSpot could not be reached: ${marks.fault}</p>`;
  let left = maxMarks;
  const tables = marks.files.map((file) => {
    const table = markTable(file, marks, left);
    left = Math.max(0, left - file.rows.length);
    return table;
  });
  return html`<p>Compared ${timeTag(marks.checkedAt)} UTC, mapping <code>${marks.mapping}</code>.</p>${tables}`;
}

/** Maximum number of rows on the page, for all files together; rows that need attention come first. */
const maxMarks = 110;

function markTable({ file, objectType, rows }: LiveMarks['files'][number], { labels }: LiveMarks, limit: number): Html {
  const columns = [
    { label: 'Row' },
    { label: 'Enginy' },
    { label: 'HubSpot' },
    { label: 'Label' },
    { label: 'Result' },
  ];
  const isFine = ({ mark }: (typeof rows)[number]) => mark === '✓';
  const fitting = rows.length <= limit ? rows : [...rows.filter((row) => !isFine(row)), ...rows.filter(isFine)];
  const count = rows.length <= limit ? '' : `: ${limit} of ${rows.length} rows, those to look at first`;
  return captionedTable(
    `${basename(file)}, ${objectType}${count}`,
    columns,
    fitting.slice(0, limit).map(({ section, field, property, mark, note, findings }) => ({
      cells: [
        section,
        isolated(field),
        html`<code>${property}</code>`,
        isolated(labels[objectType]?.[property] ?? ''),
        html`${statusMark(mark === '✓' ? 'good' : mark === '!' ? 'warning' : 'bad', note)}${findings.map((finding) => html`<br>${finding}`)}`,
      ],
    })),
    { isStacked: true },
  );
}

function showUnknown(fields: MappingParts['unknown']): Html {
  if (typeof fields === 'string') return html`<p role="alert">${fields}.</p>`;
  if (fields.length === 0)
    return html`<p>Every field that arrived in the last 7 days has a row, is ignored, or has its own property.</p>`;
  return captionedTable(
    'Fields of the last 7 days that no row writes. Times are in UTC.',
    [
      { label: 'Field' },
      { label: 'Object' },
      { label: 'Records', isNumber: true },
      { label: 'Last' },
      { label: 'A row for it, under write: fields:' },
    ],
    fields.map(({ field, object, records, lastAt, row }) => ({
      cells: [isolated(field), object, records, timeTag(lastAt), html`<code>${row}</code>`],
    })),
    { isStacked: true, maxBytes: 8_000 },
  );
}
