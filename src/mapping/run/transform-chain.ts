import type { TransformStep, ValueMap } from '../schema/record-mapping.ts';
import type { OwnerFacts, TextTransform } from '../transforms/transform.ts';
import { findTransform } from '../transforms/transforms.ts';
import type { FieldValue } from '../values/field-value.ts';
import type { Locale } from '../values/locale.ts';
import { severalValues } from '../values/several-values.ts';
import { isPartialValue, isValueProblem, type ValueProblem } from '../values/value-problem.ts';

/** Receives the result of every step; used by `explain`, not by translation. */
export type StepListener = (step: {
  readonly name: string;
  readonly result: FieldValue | ValueProblem | undefined;
}) => void;

/** What a value comes with, and who learns what happens to it. */
export interface ChainRun {
  readonly listen?: StepListener | undefined;
  /** Instead of the mapping's: for what the record says about its own values. */
  readonly locale?: Locale | undefined;
  /** Called for each part of the value that the result does not say, worded to follow a field's name. */
  readonly onPartial?: ((warning: string) => void) | undefined;
  /** The CRM's users by id, for transforms that name them. */
  readonly owners?: Owners | undefined;
}

/** The CRM's users by their id as an owner. */
export type Owners = ReadonlyMap<string, OwnerFacts>;

/** A compiled list of transforms, optionally followed by a value map. */
export interface TransformChain {
  /** Undefined if a transform leaves nothing. Never throws. */
  run(value: FieldValue, run?: ChainRun): FieldValue | ValueProblem | undefined;
  /** The last transform that accepts text; it determines how the result is compared and searched. */
  readonly form: TextTransform | undefined;
  /** True if a transform names the CRM's users. */
  readonly needsOwners: boolean;
}

/** Compiles a transform list. Unknown names do not get here: lint-record-file.ts rejects the file. */
export function compileChain(
  steps: readonly TransformStep[],
  locale: Locale,
  valueMap?: { readonly name: string; readonly valueMap: ValueMap },
): TransformChain {
  const stages = steps.map(compileStep);
  if (valueMap !== undefined) stages.push(compileValueMap(valueMap.name, valueMap.valueMap));
  let form: TextTransform | undefined;
  for (const step of steps) {
    const transform = findTransform(readStep(step).name);
    if (transform?.accepts === 'text') form = transform;
  }
  const takesFirst = form?.isSingle === true && !steps.some((step) => makesLists(readStep(step).name));
  return {
    form,
    needsOwners: steps.some((step) => findTransform(readStep(step).name)?.accepts === 'owner'),
    run: (value, run = {}) => {
      const result = runStages(stages, value, { ...run, locale: run.locale ?? locale });
      if (!takesFirst || typeof value === 'string' || value.length === 1 || !Array.isArray(result)) return result;
      run.onPartial?.(severalValues);
      return result[0];
    },
  };
}

/** The name and argument of a step. */
export function readStep(step: TransformStep): { readonly name: string; readonly argument?: string } {
  if (typeof step === 'string') return { name: step };
  const [name = '', argument = ''] = Object.entries(step)[0] ?? [];
  return { name, argument };
}

const tooLong: ValueProblem = { problem: 'is too long' };

interface StageRun extends ChainRun {
  readonly locale: Locale;
}

interface Stage {
  readonly name: string;
  readonly apply: (value: FieldValue, run: StageRun) => FieldValue | ValueProblem | undefined;
}

/** True for a transform that creates a list, or works on one. */
export function makesLists(name: string): boolean {
  return name === 'split' || findTransform(name)?.accepts === 'list';
}

function runStages(stages: readonly Stage[], value: FieldValue, run: StageRun) {
  let current: FieldValue = value;
  for (const stage of stages) {
    const result = stage.apply(current, run);
    run.listen?.({ name: stage.name, result });
    if (result === undefined || isValueProblem(result)) return result;
    if (result.length === 0) return undefined;
    current = result;
  }
  return current;
}

function compileStep(step: TransformStep): Stage {
  const { name, argument = '' } = readStep(step);
  const transform = findTransform(name);
  if (transform === undefined) throw new Error(`there is no transform "${name}"`);
  if (transform.accepts === 'list') {
    return { name, apply: (value) => transform.apply(typeof value === 'string' ? [value] : value, argument) };
  }
  if (transform.accepts === 'owner') {
    const describe = (owner: OwnerFacts | undefined) => (owner === undefined ? undefined : transform.apply(owner));
    return { name, apply: (value, { owners }) => eachItem(value, (id) => describe(owners?.get(id.trim()))) };
  }
  const { maxLength = Number.POSITIVE_INFINITY, apply } = transform;
  const applyToItem = (item: string, { locale, onPartial }: StageRun) => {
    const result = item.length > maxLength ? tooLong : apply(item, locale, argument);
    if (!isPartialValue(result)) return result;
    onPartial?.(result.warning);
    return result.value;
  };
  return { name, apply: (value, run) => eachItem(value, (item) => applyToItem(item, run)) };
}

function compileValueMap(name: string, { map, otherwise }: ValueMap): Stage {
  const entries = new Map(Object.entries(map).map(([from, to]) => [mapKey(from), to]));
  const missing: ValueProblem = { problem: `has a value that is not in the value map "${name}"` };
  const fallback = (item: string) => {
    if (otherwise === 'keep') return item;
    return otherwise === 'skip' ? missing : otherwise.set;
  };
  return {
    name: `value_map ${name}`,
    apply: (value) => eachItem(value, (item) => entries.get(mapKey(item)) ?? fallback(item)),
  };
}

/** Folds an input value of a value map for comparing: case and surrounding white space do not matter. */
export function mapKey(text: string): string {
  return text.trim().toLowerCase();
}

/** Applies a function to each item. Items with a problem are dropped; the result is a problem only if no item is left. */
function eachItem(
  value: FieldValue,
  apply: (item: string) => FieldValue | ValueProblem | undefined,
): FieldValue | ValueProblem | undefined {
  if (typeof value === 'string') return apply(value);
  const items: string[] = [];
  let problem: ValueProblem | undefined;
  for (const item of value) {
    const result = apply(item);
    if (typeof result === 'string') {
      if (result !== '') items.push(result);
    } else if (isValueProblem(result)) problem ??= result;
    else for (const each of result ?? []) items.push(each);
  }
  return items.length === 0 ? problem : items;
}
