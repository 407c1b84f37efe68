import { z } from 'zod';
import { isObject } from '../../json.ts';
import { locateFindings } from '../load/locate-findings.ts';
import type { ParsedYaml } from '../load/parse-yaml.ts';
import { schemaFindings } from '../load/schema-findings.ts';
import type { TimelineTranslation } from '../run/timeline-rows.ts';
import { findActivityType, fromActivityProperties, toActivityProperties } from '../run/translate-activity.ts';
import { fromTaskProperties, toTaskProperties } from '../run/translate-task.ts';
import type { ActivityMapping } from '../schema/activity-mapping.ts';
import type { Diagnostic } from '../schema/diagnostic.ts';
import type { Finding, Path } from '../schema/finding.ts';
import type { TaskMapping } from '../schema/task-mapping.ts';
import { toFieldValue, toText } from '../values/field-value.ts';
import { compareExample, exampleFailure } from './compare-example.ts';

const Texts = z.record(z.string(), z.string());

const TimelineExample = z.strictObject({
  name: z.string().min(1).meta({ description: 'What the example shows, as a sentence.' }),
  enginy: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'A task or an activity as Enginy sends it.' }),
  create: Texts.optional().meta({ description: 'All properties that a new record gets.' }),
  warnings: z.array(z.string()).optional().meta({ description: 'The beginning of each warning.' }),
  object: z.string().optional().meta({ description: 'Activities: the object that keeps it.' }),
  crm: z
    .record(z.string(), z.string().nullable())
    .optional()
    .meta({ description: 'A record as the CRM holds it, instead of `enginy`.' }),
  returns: Texts.optional().meta({ description: 'All that is read from it, as text.' }),
});
type TimelineExample = z.output<typeof TimelineExample>;

/** The form of `tasks.examples.yaml` and `activities.examples.yaml`. */
export const TimelineExamplesFile = z.strictObject({
  examples: z
    .array(TimelineExample)
    .min(1)
    .meta({ description: 'The examples; each says what must come out, and nothing else may.' }),
});

/** Runs the examples beside the files of tasks and activities. Bodies are compared as the mapping gets them, before HTML is made. */
export function runTimelineExamples(mapping: TaskMapping | ActivityMapping, examples: ParsedYaml): Diagnostic[] {
  if (examples.diagnostics.length > 0) return [...examples.diagnostics];
  const malformed = schemaFindings(TimelineExamplesFile, examples.content);
  if (malformed.length > 0) return locateFindings(examples, malformed);
  const file = TimelineExamplesFile.parse(examples.content);
  return locateFindings(
    examples,
    file.examples.flatMap((example, index) => runExample(mapping, example, ['examples', index])),
  );
}

/** How many examples a file holds; 0 for one that cannot be read. */
export function countTimelineExamples(examples: ParsedYaml): number {
  const parsed = TimelineExamplesFile.safeParse(examples.content);
  return parsed.success ? parsed.data.examples.length : 0;
}

function runExample(mapping: TaskMapping | ActivityMapping, example: TimelineExample, path: Path): Finding[] {
  const { name, enginy, crm, create, warnings, returns, object } = example;
  if ((enginy === undefined) === (crm === undefined))
    return [exampleFailure(path, `"${name}" needs either enginy or crm`)];
  if (crm !== undefined) {
    if (returns === undefined) return [exampleFailure(path, `"${name}" expects nothing: it needs returns`)];
    const fields =
      mapping.object === 'tasks'
        ? fromTaskProperties(mapping, crm)
        : fromActivityProperties(mapping, object ?? '', crm);
    return compareExample([...path, 'returns'], name, { expected: returns, actual: Object.fromEntries(fields) });
  }
  if (create === undefined && warnings === undefined) {
    return [exampleFailure(path, `"${name}" expects nothing: it needs create, warnings`)];
  }
  const made = mapping.object === 'tasks' ? makeTask(mapping, enginy ?? {}) : makeActivity(mapping, enginy ?? {});
  if (made === undefined)
    return [exampleFailure([...path, 'enginy'], `"${name}": the file has no such type of activity`)];
  const kept = object === undefined || made.object === object ? [] : [`is kept by ${made.object}, expected ${object}`];
  return [
    ...kept.map((difference) => exampleFailure([...path, 'object'], `"${name}" ${difference}`)),
    ...(create === undefined
      ? []
      : compareExample([...path, 'create'], name, { expected: create, actual: made.translation.properties })),
    ...(warnings === undefined
      ? []
      : compareExample([...path, 'warnings'], name, { expected: warnings, actual: made.translation.warnings })),
  ];
}

interface Made {
  readonly object: string;
  readonly translation: TimelineTranslation;
}

function makeTask(mapping: TaskMapping, sent: Readonly<Record<string, unknown>>): Made {
  return {
    object: mapping.target.objectType,
    translation: toTaskProperties(mapping, (field) => textOf(sent[field]), 'create'),
  };
}

function makeActivity(mapping: ActivityMapping, sent: Readonly<Record<string, unknown>>): Made | undefined {
  const found = findActivityType(mapping, textOf(sent.type) ?? '');
  if (found === undefined) return undefined;
  const translation = toActivityProperties(mapping, found.type.object, {
    type: found.name,
    direction: textOf(sent.direction) === 'INBOUND' ? 'INBOUND' : mapping.direction_if_missing,
    subject: textOf(sent.subject),
    body: textOf(sent.body),
    occurredAt: textOf(sent.occurredAt) ?? '',
    ownerId: textOf(sent.ownerId),
    participants: textOf(sent.participants),
    metadata: isObject(sent.metadata) ? sent.metadata : undefined,
  });
  return { object: found.type.object, translation };
}

function textOf(value: unknown): string | undefined {
  const field = toFieldValue(value);
  return field === undefined ? undefined : toText(field);
}
