import type { TransformStep, ValueMap } from '../schema/mapping-file.ts';
import type { FieldValue } from '../values/field-value.ts';
import { isProblem, type Problem } from '../values/problem.ts';
import { findTransform, type TextTransform, type Transform, type TransformContext } from '../values/transforms.ts';

/** Told of every step that changed a value or gave it up; `explain` listens, translation does not. */
export type StepListener = (step: { readonly name: string; readonly result: FieldValue | Problem | undefined }) => void;

/** A list of transforms, and perhaps a value map, made ready to run. */
export interface TransformChain {
  /** Undefined when a transform left nothing over. Never throws. */
  run(value: FieldValue, listen?: StepListener): FieldValue | Problem | undefined;
  /** The last transform that works on texts, which decides how the result is compared and searched. */
  readonly form: TextTransform | undefined;
}

/** Unknown transform names do not get here: lint.ts refuses the file. */
export function compileChain(
  steps: readonly TransformStep[],
  context: TransformContext,
  valueMap?: { readonly name: string; readonly valueMap: ValueMap },
): TransformChain {
  const stages = steps.map((step) => compileStep(step, context));
  if (valueMap !== undefined) stages.push(compileValueMap(valueMap.name, valueMap.valueMap));
  let form: TextTransform | undefined;
  for (const step of steps) {
    const transform = findTransform(readStep(step).name);
    if (transform?.takes === 'text') form = transform;
  }
  return { form, run: (value, listen) => runStages(stages, value, listen) };
}

/** A step of a transform list as name and argument. */
export function readStep(step: TransformStep): { readonly name: string; readonly argument?: string } {
  if (typeof step === 'string') return { name: step };
  const [name = '', argument = ''] = Object.entries(step)[0] ?? [];
  return { name, argument };
}

const TOO_LONG: Problem = { problem: 'is too long' };

interface Stage {
  readonly name: string;
  readonly apply: (value: FieldValue) => FieldValue | Problem | undefined;
}

function runStages(stages: readonly Stage[], value: FieldValue, listen?: StepListener) {
  let current: FieldValue = value;
  for (const stage of stages) {
    const result = stage.apply(current);
    listen?.({ name: stage.name, result });
    if (result === undefined || isProblem(result)) return result;
    if (result.length === 0) return undefined;
    current = result;
  }
  return current;
}

function compileStep(step: TransformStep, context: TransformContext): Stage {
  const { name, argument = '' } = readStep(step);
  const transform = findTransform(name);
  if (transform === undefined) throw new Error(`there is no transform "${name}"`);
  return { name, apply: (value) => applyTransform(transform, value, context, argument) };
}

function applyTransform(transform: Transform, value: FieldValue, context: TransformContext, argument: string) {
  if (transform.takes === 'list') return transform.apply(typeof value === 'string' ? [value] : value, argument);
  const longest = transform.longest ?? Number.POSITIVE_INFINITY;
  return eachItem(value, (item) => (item.length > longest ? TOO_LONG : transform.apply(item, context, argument)));
}

function compileValueMap(name: string, { map, otherwise }: ValueMap): Stage {
  const entries = new Map(Object.entries(map).map(([from, to]) => [mapKey(from), to]));
  const missing: Problem = { problem: `has a value that the value map "${name}" does not have` };
  const fallback = (item: string) => {
    if (otherwise === 'keep') return item;
    return otherwise === 'skip' ? missing : otherwise.set;
  };
  return {
    name: `value_map ${name}`,
    apply: (value) => eachItem(value, (item) => entries.get(mapKey(item)) ?? fallback(item)),
  };
}

/** The form in which the left side of a value map is compared: regardless of case and of white space around it. */
export function mapKey(text: string): string {
  return text.trim().toLowerCase();
}

/** A list keeps the items that came through; it is a problem only when none did. */
function eachItem(
  value: FieldValue,
  apply: (item: string) => FieldValue | Problem | undefined,
): FieldValue | Problem | undefined {
  if (typeof value === 'string') return apply(value);
  const items: string[] = [];
  let problem: Problem | undefined;
  for (const item of value) {
    const result = apply(item);
    if (typeof result === 'string') {
      if (result !== '') items.push(result);
    } else if (isProblem(result)) problem ??= result;
    else if (result !== undefined) items.push(...result);
  }
  return items.length === 0 ? problem : items;
}
