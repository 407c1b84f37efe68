import type { CrmProblem } from '../../crm/crm.ts';
import type { Translation } from '../../mapping/run/translate.ts';
import type { Draft } from '../write-stripping.ts';

/** A translated record while it is decided what becomes of its loose ends; filled in step by step. */
export interface Drafting {
  readonly translation: Translation;
  readonly properties: Map<string, string>;
  /** To be written only where the CRM holds nothing. */
  readonly ifEmpty: Map<string, string>;
  readonly sources: Map<string, string>;
  readonly warnings: string[];
  /** Why the record cannot be written now. */
  problem?: CrmProblem;
}

/** A record as it can be written, or why it cannot be written now. */
export type Resolution =
  | {
      readonly draft: Draft;
      /** Updates: to be written only where the CRM holds nothing. */
      readonly ifEmpty: Readonly<Record<string, string>>;
    }
  | { readonly problem: CrmProblem; readonly warnings: readonly string[] };

export function startDrafting(translation: Translation): Drafting {
  return {
    translation,
    properties: new Map(Object.entries(translation.properties)),
    ifEmpty: new Map(Object.entries(translation.ifEmpty)),
    sources: new Map(Object.entries(translation.sources)),
    warnings: [...translation.warnings],
  };
}

export function endDrafting({ problem, ...drafting }: Drafting): Resolution {
  const { warnings } = drafting;
  if (problem !== undefined) return { problem, warnings };
  const draft = {
    properties: Object.fromEntries(drafting.properties),
    sources: Object.fromEntries(drafting.sources),
    warnings,
  };
  return { draft, ifEmpty: Object.fromEntries(drafting.ifEmpty) };
}

/** Leaves a property out of a drafting and says so. */
export function leaveOut(drafting: Drafting, property: string, reason: string): void {
  const source = drafting.sources.get(property);
  drafting.properties.delete(property);
  drafting.ifEmpty.delete(property);
  drafting.warnings.push(`${source === undefined ? property : `${source} → ${property}`} was left out: ${reason}`);
}
