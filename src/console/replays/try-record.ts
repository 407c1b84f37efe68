import { createLogger } from '../../logger.ts';
import type { RecordKind } from '../../contract/records.ts';
import { createBridge } from '../../create-bridge.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import { hubSpotPropertyRules } from '../../crm/hubspot/property-rules.ts';
import { explainRecords, type RecordExplanation } from '../../explain/explain-records.ts';
import { explainTimeline, type TimelineExplanation } from '../../explain/explain-timeline.ts';
import { pretendWriting } from '../../explain/pretend-writing.ts';
import { isField, recordOf } from '../../explain/field-arguments.ts';
import { recordsIn } from '../../explain/records-in.ts';
import { isObject } from '../../json.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { loadMappings } from '../../mapping/load/load-mappings.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import type { ArchiveSettings } from '../archive/archive.ts';
import { localeOf } from '../mapping/read-mapping-files.ts';

type TimelineKind = TimelineExplanation['object'];

/** What can be tried. */
export const triedKinds = ['contacts', 'companies', 'tasks', 'activities'] as const;

/** A record as a person typed it: JSON, or lines such as `email=ada@example.com`. */
export interface TypedRecord {
  readonly object: RecordKind | TimelineKind;
  readonly text: string;
}

/** The explanations, or what is wrong with what was asked. Neither is stored. */
export type ExplainedRecords =
  | { readonly explanations: readonly RecordExplanation[]; readonly omitted: number }
  | { readonly fault: string };

export type TriedRecord =
  | ExplainedRecords
  | { readonly timeline: readonly TimelineExplanation[]; readonly omitted: number };

const maxRecords = 5;

/** Explains what would happen to a record, with today's mapping files and without HubSpot. */
export async function tryRecord(settings: ArchiveSettings, { object, text }: TypedRecord): Promise<TriedRecord> {
  const records = parseRecords(text, object);
  if (typeof records === 'string') return { fault: records };
  const mappings = loadMappings(settings.mappings, localeOf(settings.defaultCountry));
  if (object === 'tasks' || object === 'activities') return await tryTimeline(mappings, object, records);
  const mapping = mappings[object];
  if (mapping === undefined) return { fault: `There is no mapping file for ${object}.` };
  const log = createLogger({ level: 'silent', secretHeader: 'x-api-key' });
  const context = { requestId: 'console', urgency: 'bulk', deadline: deadlineIn(30_000) } as const;
  const scope = { rules: hubSpotPropertyRules, log, mapping, context };
  const explanations = await explainRecords(scope, records.slice(0, maxRecords));
  return { explanations, omitted: Math.max(0, records.length - maxRecords) };
}

/** Runs the code that serves tasks and activities, on a CRM that only pretends to write. */
async function tryTimeline(
  mappings: Mappings,
  object: TimelineKind,
  bodies: readonly EnginyRecord[],
): Promise<TriedRecord> {
  const log = createLogger({ level: 'silent', secretHeader: 'x-api-key' });
  const context = { requestId: 'console', urgency: 'bulk', deadline: deadlineIn(30_000) } as const;
  const { crm, creates } = pretendWriting(undefined);
  const cache = { max: 1_000, ttlMs: 60_000 };
  const bridge = createBridge({ crm, log }, { cache, propertyRules: hubSpotPropertyRules });
  const scope = { scope: { ...bridge, mappings, context }, creates };
  const timeline: TimelineExplanation[] = [];
  for (const body of bodies.slice(0, maxRecords)) timeline.push(await explainTimeline(scope, object, body));
  return { timeline, omitted: Math.max(0, bodies.length - maxRecords) };
}

/** @returns what is wrong with the text, without quoting it. */
export function parseRecords(text: string, object: TypedRecord['object']): readonly EnginyRecord[] | string {
  const trimmed = text.trim();
  if (trimmed === '') return 'Enter a record: JSON as Enginy sends it, or one field=value per line.';
  if (!/^[{[]/.test(trimmed)) {
    const lines = trimmed.split('\n').map((line) => line.trim());
    const wrong = lines.findIndex((line) => !isField(line));
    return wrong < 0 ? [recordOf(lines, object)] : `Line ${wrong + 1} is not field=value.`;
  }
  let content: unknown;
  try {
    content = JSON.parse(trimmed);
  } catch (error) {
    const where = error instanceof Error ? /line \d+ column \d+/.exec(error.message)?.[0] : undefined;
    return `The text is not JSON${where === undefined ? '' : ` (${where})`}.`;
  }
  const records = recordsIn(content, object);
  if (records.length > 0 && records.every(isObject)) return records;
  return `The JSON holds no ${object}: expected {"${object}": […]}, a list of records, or one record.`;
}
