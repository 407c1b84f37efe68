import { z } from 'zod';
import { isObject } from '../../json.ts';
import type { ParsedYaml } from '../load/parse-yaml.ts';
import { schemaFindings } from '../load/schema-findings.ts';
import type { TimelineTranslation } from '../run/timeline-rows.ts';
import { findActivityType, fromActivityProperties, toActivityProperties } from '../run/translate-activity.ts';
import { fromTaskProperties, toTaskProperties } from '../run/translate-task.ts';
import type { ActivityMapping } from '../schema/activity-mapping.ts';
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
  create: Texts.optional().meta({ description: 'All properties of the new record.' }),
  warnings: z.array(z.string()).optional().meta({ description: 'The start of each warning.' }),
  object: z.string().optional().meta({ description: 'For activities: the CRM object that stores it.' }),
  crm: z
    .record(z.string(), z.string().nullable())
    .optional()
    .meta({ description: 'A record as stored in the CRM, instead of `enginy`.' }),
  returns: Texts.optional().meta({ description: 'All fields read from it, as text.' }),
});
type TimelineExample = z.output<typeof TimelineExample>;

/** Schema of `tasks.examples.yaml` and `activities.examples.yaml`. */
export const TimelineExamplesFile = z.strictObject({
  examples: z
    .array(TimelineExample)
    .min(1)
    .meta({ description: 'The examples, each with its complete expected result.' }),
});

/** Runs the examples of the mapping files for tasks and activities. Bodies are compared before conversion to HTML. */
export function runTimelineExamples(mapping: TaskMapping | ActivityMapping, examples: ParsedYaml): Finding[] {
  const malformed = schemaFindings(TimelineExamplesFile, examples.content);
  if (malformed.length > 0) return malformed;
  const file = TimelineExamplesFile.parse(examples.content);
  return file.examples.flatMap((example, index) => runExample(mapping, example, ['examples', index]));
}

/** Number of examples in a file; 0 if the file is invalid. */
export function countTimelineExamples(examples: ParsedYaml): number {
  const parsed = TimelineExamplesFile.safeParse(examples.content);
  return parsed.success ? parsed.data.examples.length : 0;
}

function runExample(mapping: TaskMapping | ActivityMapping, example: TimelineExample, path: Path): Finding[] {
  const { name, enginy, crm, create, warnings, returns, object } = example;
  if ((enginy === undefined) === (crm === undefined))
    return [exampleFailure(path, `"${name}" needs either enginy or crm`)];
  if (crm !== undefined) {
    if (returns === undefined) return [exampleFailure(path, `"${name}" has no expectation: add returns`)];
    const fields =
      mapping.object === 'tasks'
        ? fromTaskProperties(mapping, crm)
        : fromActivityProperties(mapping, object ?? '', crm);
    return compareExample([...path, 'returns'], name, { expected: returns, actual: Object.fromEntries(fields) });
  }
  if (create === undefined && warnings === undefined) {
    return [exampleFailure(path, `"${name}" has no expectation: add create, warnings`)];
  }
  const created =
    mapping.object === 'tasks' ? createTask(mapping, enginy ?? {}) : createActivity(mapping, enginy ?? {});
  if (created === undefined)
    return [exampleFailure([...path, 'enginy'], `"${name}": the mapping file has no such activity type`)];
  const misplaced =
    object === undefined || created.object === object ? [] : [`is stored as ${created.object}, expected ${object}`];
  return [
    ...misplaced.map((difference) => ({
      ...exampleFailure([...path, 'object'], `"${name}" ${difference}`),
      renewal: { path: [...path, 'object'], value: created.object },
    })),
    ...(create === undefined
      ? []
      : compareExample([...path, 'create'], name, { expected: create, actual: created.translation.properties })),
    ...(warnings === undefined
      ? []
      : compareExample([...path, 'warnings'], name, { expected: warnings, actual: created.translation.warnings })),
  ];
}

interface Created {
  readonly object: string;
  readonly translation: TimelineTranslation;
}

function createTask(mapping: TaskMapping, sent: Readonly<Record<string, unknown>>): Created {
  return {
    object: mapping.target.objectType,
    translation: toTaskProperties(mapping, (field) => textOf(sent[field]), 'create'),
  };
}

function createActivity(mapping: ActivityMapping, sent: Readonly<Record<string, unknown>>): Created | undefined {
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
