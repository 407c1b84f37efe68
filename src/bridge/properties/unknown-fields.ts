import { problemOfError } from '../../crm/crm-problem.ts';
import type { CallContext, Crm, NewProperty } from '../../crm/crm.ts';
import { GatewayError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { showField } from '../../mapping/run/field-mark.ts';
import { emptyWord } from '../../mapping/run/held-back.ts';
import type { PropertyRules } from '../../mapping/run/property-name.ts';
import { managedPropertiesOf, type Translation } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { createEmptyWordTest } from '../../mapping/values/empty-words.ts';
import { toFieldValue, toText } from '../../mapping/values/field-value.ts';
import { noValue } from '../../mapping/run/no-value.ts';
import { type Claims, noClaims } from '../concurrency/claims.ts';
import { mapInSlices } from '../../in-slices.ts';
import { describePart, shapeOf, toPropertyText } from './convert-value.ts';
import type { DropReason } from '../writes/drop-reason.ts';
import type { RefusalExchange } from './creation-refusals.ts';
import { cutTexts } from './cut-texts.ts';
import { DraftBuilder, type ResolvedDraft } from './draft-builder.ts';
import { type FieldLocation, type FieldNeed, locateFields } from './field-location.ts';
import { matchOptions } from './option-matching.ts';
import { createPropertyCatalogue, type PropertyIndex } from './property-catalogue.ts';
import { createPropertyCreationQueue } from './property-creation-queue.ts';
import type { PropertyDeps, PropertyScope } from './property-scope.ts';
import { storeRawTexts } from './raw-text-fallback.ts';
import { createRecovery } from './recover-properties.ts';

/** Settles what depends on the CRM's property definitions: fields without a row, `match_option` and `keep_raw_in`. */
export interface UnknownFields {
  /**
   * Records that need no definition cause no call.
   * @returns one draft per translation, in order; its warnings name what was not stored.
   */
  resolve(mapping: Mapping, translations: readonly Translation[], context: CallContext): Promise<ResolvedDraft[]>;
  /**
   * Call it when the CRM reports properties as missing. Those that held values of fields without a row are created again.
   * @returns those of the names that exist now and may be sent again.
   */
  recover(mapping: Mapping, names: ReadonlySet<string>, context: CallContext): Promise<ReadonlySet<string>>;
  /** Call it when an administrator may have changed what the CRM allows. */
  forgetRefusals(): void;
}

export interface UnknownFieldsDeps {
  readonly crm: Pick<Crm, 'readProperties' | 'createProperties'>;
  readonly rules: PropertyRules;
  readonly log: Logger;
  /** Other replicas may be creating the same properties. */
  readonly claims?: Claims | undefined;
  readonly refusalExchange?: RefusalExchange | undefined;
}

export function createUnknownFields(given: UnknownFieldsDeps): UnknownFields {
  const { crm, log, rules, claims = noClaims, refusalExchange } = given;
  const catalogue = createPropertyCatalogue(crm);
  const queue = createPropertyCreationQueue({ crm, catalogue, log, claims, refusalExchange });
  const deps: PropertyDeps = { catalogue, rules, queue };
  const recovery = createRecovery();
  const warnOfUnmapped = createUnmappedWarnings(log);

  return {
    async resolve(mapping, translations, context) {
      const builders = await mapInSlices(translations, (translation) => new DraftBuilder(translation));
      const rawTextNames = managedPropertiesOf(mapping).flatMap(({ name, isIdentity }) => (isIdentity ? [] : [name]));
      const isStored = mapping.write.unknown_fields.policy === 'create';
      if (!isStored) await warnOfUnmapped(mapping, builders);
      const affected = builders.filter((builder) => {
        const { unknown, optionTexts } = builder.translation;
        if (isStored && unknown.length > 0) return true;
        return Object.keys(optionTexts).length > 0 || rawTextNames.some((name) => builder.has(name));
      });
      await mapInSlices(builders, (builder) => cutTexts(builder, rules.maxTextLength));
      if (affected.length > 0) await settle({ ...deps, mapping, context }, affected);
      return await mapInSlices(builders, (builder) => builder.build());
    },
    recover: (mapping, names, context) => recovery.recover({ ...deps, mapping, context }, names),
    forgetRefusals() {
      deps.queue.forgetRefusals();
      recovery.forget();
    },
  };
}

async function settle(scope: PropertyScope, builders: readonly DraftBuilder[]): Promise<void> {
  const { mapping, rules } = scope;
  try {
    const index = await readIndexIfAllowed(scope);
    for (const builder of builders) matchOptions(builder, index, rules.maxTextLength);
    // Without definitions the texts are sent as they are, and the CRM decides.
    if (index !== undefined) await storeRawTexts(scope, builders, index);
    if (mapping.write.unknown_fields.policy !== 'create') return;
    if (index !== undefined) await storeFields(scope, builders);
    else {
      skipAll(builders, { refused: 'the CRM does not let the bridge read its properties', reason: 'no-permission' });
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const problem = problemOfError(error, 'unavailable');
    for (const builder of builders) builder.fail(problem);
  }
}

/** Undefined when the CRM refuses to show its definitions: records are then written as far as possible without them. */
async function readIndexIfAllowed({ catalogue, mapping, context }: PropertyScope): Promise<PropertyIndex | undefined> {
  try {
    return await catalogue.read(mapping.target.objectType, context);
  } catch (error) {
    if (error instanceof GatewayError && problemOfError(error, 'unavailable').kind === 'refused') return undefined;
    throw error;
  }
}

/**
 * Stores fields without a row in properties of their own, which are created when missing. What cannot be stored is named in the
 * record's warnings; a record whose property cannot be created at the moment fails, so that Enginy sends it again.
 */
async function storeFields(scope: PropertyScope, builders: readonly DraftBuilder[]): Promise<void> {
  const needs = new Map<string, FieldNeed>();
  await mapInSlices(fieldsOf(builders), ({ field, value }) => addNeed(scope, needs, { field, value }));
  const locations = await locateFields(scope, [...needs.values()]);
  await mapInSlices(fieldsOf(builders), ({ builder, field, value }) => {
    const location = locations.get(field);
    if (location !== undefined) storeField(scope, builder, { field, value, location });
  });
}

/** One by one, because a record merged from many may have very many fields. */
function* fieldsOf(builders: readonly DraftBuilder[]) {
  for (const builder of builders) {
    for (const [field, value] of latestValues(builder.translation)) yield { builder, field, value };
  }
}

function storeField(
  { mapping, rules }: PropertyScope,
  builder: DraftBuilder,
  { field, value, location }: { field: string; value: unknown; location: FieldLocation },
): void {
  const skip = (refusal: DropReason, property?: string) => builder.skipField(field, refusal, property);
  if (location === 'none') {
    if (isPlaceholder(mapping, value)) {
      skip(meansNoValue);
      return;
    }
    const converted = toPropertyText(value, shapeOf(declaredType(mapping, field)), rules.maxTextLength);
    if ('problem' in converted) skip({ refused: converted.problem, reason: converted.reason });
    return;
  }
  if ('refused' in location) {
    skip(location);
    return;
  }
  if ('problem' in location) {
    builder.fail(location.problem);
    return;
  }
  const { name, type } = location.definition;
  const hasOption = type === 'enum' && 'value' in toPropertyText(value, location.definition, rules.maxTextLength);
  if (isPlaceholder(mapping, value) && !hasOption) {
    skip(meansNoValue);
    return;
  }
  if (builder.has(name)) {
    const other = builder.sources.get(name);
    const refused = `its property ${name} is already written from ${other ?? 'another field'}`;
    skip({ refused, reason: 'other-field', ...(other !== undefined && { detail: other }) });
    return;
  }
  const converted = toPropertyText(value, location.definition, rules.maxTextLength);
  if ('problem' in converted) {
    skip({ refused: converted.problem, reason: converted.reason }, name);
    return;
  }
  const label = showField(field);
  builder.properties.set(name, converted.value);
  builder.sources.set(name, label);
  if (location.isNew === true) builder.createdProperties.push(name);
  if (converted.note !== undefined) {
    builder.warnings.push(`${builder.nameOf(name)} ${describePart(converted)}`);
    builder.heldBack.push({ field: label, property: name, reason: converted.reason ?? 'cut' });
  }
}

const meansNoValue: DropReason = {
  refused: `it means "${noValue}" (empty_words)`,
  reason: 'empty',
  detail: emptyWord,
};

/** A word such as "N/A", which creates no property and replaces no value; an option of that name is a value. */
function isPlaceholder({ write }: Mapping, value: unknown): boolean {
  const given = toFieldValue(value);
  if (given === undefined || typeof value === 'boolean' || typeof value === 'number') return false;
  return createEmptyWordTest(write.empty_words, 'any_case', false)(given);
}

/** The fields without a row and their values. A field that comes twice belongs to two merged updates, and the later value counts. */
export function latestValues({ unknown }: Pick<Translation, 'unknown'>): ReadonlyMap<string, unknown> {
  return new Map(unknown.map(({ field, value }) => [field, value]));
}

/** A text that is longer than this or has several lines gets a text area. Both kinds of property store texts of the same length. */
const maxLineLength = 255;

/** The property that each field needs, considering all of its values. */
export function fieldNeeds(
  scope: Pick<PropertyScope, 'mapping' | 'rules'>,
  values: Iterable<readonly [field: string, value: unknown]>,
): FieldNeed[] {
  const needs = new Map<string, FieldNeed>();
  for (const [field, value] of values) addNeed(scope, needs, { field, value });
  return [...needs.values()];
}

function addNeed(
  { mapping, rules }: Pick<PropertyScope, 'mapping' | 'rules'>,
  needs: Map<string, FieldNeed>,
  { field, value }: { readonly field: string; readonly value: unknown },
): void {
  const known = needs.get(field);
  // Further values cannot change it.
  if (known?.mayCreate === true && (known.isLong || known.type !== 'text' || !isLongText(value))) return;
  const type = known?.type ?? declaredType(mapping, field);
  // No property is created for a value that it could not hold, or only to be cleared.
  const converted = toPropertyText(value, shapeOf(type), rules.maxTextLength);
  needs.set(field, {
    field,
    type,
    isLong: known?.isLong === true || (type === 'text' && isLongText(value)),
    mayCreate:
      known?.mayCreate === true || ('value' in converted && converted.value !== '' && !isPlaceholder(mapping, value)),
  });
}

/** Types are declared, not guessed: a type that fits today's value may not fit tomorrow's. */
function declaredType(mapping: Mapping, field: string): NewProperty['type'] {
  const { types } = mapping.write.unknown_fields;
  return (Object.hasOwn(types, field) ? types[field] : undefined) ?? 'text';
}

function isLongText(value: unknown): boolean {
  const given = toFieldValue(value);
  const text = given === undefined ? '' : toText(given);
  return text.length > maxLineLength || text.includes('\n');
}

function skipAll(builders: readonly DraftBuilder[], refusal: DropReason): void {
  for (const builder of builders) {
    for (const { field } of builder.translation.unknown) builder.skipField(field, refusal);
  }
}

/** For policies that store nothing: `ignore` is silent; the others warn about each field, and log it once. */
function createUnmappedWarnings(log: Logger): (mapping: Mapping, builders: readonly DraftBuilder[]) => Promise<void> {
  const logged = new Set<string>();
  return async (mapping, builders) => {
    if (mapping.write.unknown_fields.policy === 'ignore') return;
    skipAll(builders, { refused: 'the mapping has no row for it', reason: 'no-row' });
    const fields = new Set<string>();
    await mapInSlices(builders, ({ translation }) => {
      for (const { field } of translation.unknown) fields.add(field);
    });
    const fresh = [...fields].filter((field) => !logged.has(`${mapping.object}/${field}`));
    if (fresh.length === 0) return;
    for (const field of fresh) if (logged.size < maxRemembered) logged.add(`${mapping.object}/${field}`);
    const shown = fresh.slice(0, maxShown).map(showField);
    log.info({ object: mapping.object, fields: shown, count: fresh.length }, 'fields without a row were not stored');
  };
}

/** Field names come from outside: neither memory nor log may grow with them without limit. */
const maxRemembered = 10_000;
const maxShown = 100;
