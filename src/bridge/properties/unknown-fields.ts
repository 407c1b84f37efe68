import type { CallContext, Crm } from '../../crm/crm.ts';
import { GatewayError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { showField } from '../../mapping/run/field-mark.ts';
import type { PropertyRules } from '../../mapping/run/property-name.ts';
import { ownProperties, type Translation } from '../../mapping/run/translate.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { problemFromRead } from '../problem.ts';
import { type Drafting, endDrafting, type Resolution, startDrafting } from './drafting.ts';
import type { LocatorDeps } from './field-locator.ts';
import type { PropertyIndex } from './field-place.ts';
import { settleKeptTexts } from './kept-texts.ts';
import { settleLooseOptions } from './loose-options.ts';
import { createPropertyCatalogue } from './property-catalogue.ts';
import { createPropertyMaker } from './property-maker.ts';
import { createRecovery, type RecoverProperties } from './recover-properties.ts';
import { storeUnknown } from './store-unknown.ts';

/** Decides what only the CRM's property definitions can decide: fields without a row, loose options, kept texts. */
export interface UnknownFields {
  /**
   * A record that needs no definition costs no call.
   * @returns one per translation, in order; what could not be stored is named in its warnings.
   */
  resolve(mapping: Mapping, translations: readonly Translation[], context: CallContext): Promise<Resolution[]>;
  /**
   * To be called when the CRM says of properties that it does not have them.
   * @returns those that it has now, made anew where they held values of fields without a row: they may be sent again.
   */
  readonly recover: RecoverProperties;
}

export interface UnknownFieldsDeps {
  readonly crm: Pick<Crm, 'readProperties' | 'createProperties'>;
  readonly rules: PropertyRules;
  readonly log: Logger;
}

export function createUnknownFields(deps: UnknownFieldsDeps): UnknownFields {
  const { crm, log, rules } = deps;
  const catalogue = createPropertyCatalogue(crm);
  const locator: LocatorDeps = { catalogue, rules, maker: createPropertyMaker({ crm, catalogue, log }) };
  const report = createReport(log);

  return {
    async resolve(mapping, translations, context) {
      const draftings = translations.map(startDrafting);
      const kept = ownProperties(mapping).flatMap(({ name, isIdentity }) => (isIdentity ? [] : [name]));
      const isStored = mapping.write.unknown_fields.policy === 'create';
      if (!isStored) report(mapping, draftings);
      const affected = draftings.filter((drafting) => needsDefinitions(drafting, kept, isStored));
      if (affected.length > 0) await settle(locator, mapping, affected, { isStored, context });
      return draftings.map(endDrafting);
    },
    recover: createRecovery(locator),
  };
}

function needsDefinitions(drafting: Drafting, kept: readonly string[], isStored: boolean): boolean {
  const { unknown, looseOptions } = drafting.translation;
  if (isStored && unknown.length > 0) return true;
  if (Object.keys(looseOptions).length > 0) return true;
  return kept.some((name) => drafting.properties.has(name) || drafting.ifEmpty.has(name));
}

async function settle(
  deps: LocatorDeps,
  mapping: Mapping,
  draftings: readonly Drafting[],
  { isStored, context }: { isStored: boolean; context: CallContext },
): Promise<void> {
  try {
    const index = await readIfAllowed(deps, mapping, context);
    for (const drafting of draftings) settleLooseOptions(drafting, index, deps.rules.longestText);
    await settleKeptTexts(deps, mapping, draftings, index, context);
    if (!isStored) return;
    if (index !== undefined) await storeUnknown(deps, mapping, draftings, context);
    else warnOfAll(draftings, 'the CRM does not show the bridge its properties');
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const problem = problemFromRead(error);
    for (const drafting of draftings) drafting.problem ??= problem;
  }
}

/** Undefined when the CRM refuses to show its definitions: then records are written as far as can be without them. */
async function readIfAllowed(
  deps: LocatorDeps,
  mapping: Mapping,
  context: CallContext,
): Promise<PropertyIndex | undefined> {
  try {
    return await deps.catalogue.read(mapping.target.objectType, context);
  } catch (error) {
    if (error instanceof GatewayError && problemFromRead(error).kind === 'refused') return undefined;
    throw error;
  }
}

function warnOfAll(draftings: readonly Drafting[], reason: string): void {
  for (const { translation, warnings } of draftings) {
    for (const { field } of translation.unknown) warnings.push(`${showField(field)} was left out: ${reason}`);
  }
}

/** Policies that store nothing: `ignore` is silent; the others name each field in its record, and once in the log. */
function createReport(log: Logger): (mapping: Mapping, draftings: readonly Drafting[]) => void {
  const reported = new Set<string>();
  return (mapping, draftings) => {
    if (mapping.write.unknown_fields.policy === 'ignore') return;
    warnOfAll(draftings, 'the mapping has no row for it');
    const fields = new Set(draftings.flatMap(({ translation }) => translation.unknown.map(({ field }) => field)));
    const fresh = [...fields].filter((field) => !reported.has(`${mapping.object}/${field}`));
    if (fresh.length === 0) return;
    for (const field of fresh) if (reported.size < mostReported) reported.add(`${mapping.object}/${field}`);
    const shown = fresh.slice(0, mostShown).map(showField);
    log.info({ object: mapping.object, fields: shown, count: fresh.length }, 'fields without a row were not stored');
  };
}

/** Names come from outside: neither memory nor log may grow with them for ever. */
const mostReported = 10_000;
const mostShown = 100;
