import type { CrmProblem } from '../../crm/crm.ts';
import { showField } from '../../mapping/run/field-mark.ts';
import { type HeldBack, withoutKept } from '../../mapping/run/held-back.ts';
import type { Translation } from '../../mapping/run/translate-record.ts';
import type { Draft } from '../writes/write-stripping.ts';
import type { DropReason } from '../writes/drop-reason.ts';

/** A record ready to be written, or the reason why it cannot be written now. */
export type ResolvedDraft =
  | (Draft & {
      /** Updates: written only where the CRM holds no value. */
      readonly ifEmpty: Readonly<Record<string, string>>;
    })
  | { readonly problem: CrmProblem; readonly warnings: readonly string[]; readonly heldBack: readonly HeldBack[] };

/** Of the fields without a row that are not stored, this many are named in warnings; the others are counted. */
const maxNamed = 20;
/** And this many are named in the journal. */
const maxNoted = 200;

/** Turns a translated record into a draft, step by step, once the CRM's property definitions are known. */
export class DraftBuilder {
  readonly translation: Translation;
  readonly properties: Map<string, string>;
  /** Written only where the CRM holds no value. */
  readonly ifEmpty: Map<string, string>;
  /** Property → Enginy field. */
  readonly sources: Map<string, string>;
  warnings: string[];
  heldBack: HeldBack[];
  readonly createdProperties: string[] = [];
  #problem: CrmProblem | undefined;
  #skippedFields = 0;

  constructor(translation: Translation) {
    this.translation = translation;
    this.properties = new Map(Object.entries(translation.properties));
    this.ifEmpty = new Map(Object.entries(translation.ifEmpty));
    this.sources = new Map(Object.entries(translation.sources));
    this.warnings = [...translation.warnings];
    this.heldBack = [...translation.heldBack];
  }

  has(property: string): boolean {
    return this.properties.has(property) || this.ifEmpty.has(property);
  }

  /** Drops a property and adds a warning with the reason. */
  skip(property: string, { refused, ...why }: DropReason): void {
    this.properties.delete(property);
    this.ifEmpty.delete(property);
    const said = withoutKept(this, property);
    this.warnings = [...said.warnings];
    this.heldBack = [...said.heldBack];
    this.warnings.push(`${this.nameOf(property)} was skipped: ${refused}`);
    this.heldBack.push({ field: this.sources.get(property) ?? property, property, ...why });
  }

  /** Adds a warning that a field without a row was not stored. A record may have thousands of them: the first ones are named. */
  skipField(field: string, { refused, ...why }: DropReason, property?: string): void {
    this.#skippedFields += 1;
    if (this.#skippedFields > maxNoted) return;
    const label = showField(field);
    this.heldBack.push({ field: label, ...(property !== undefined && { property }), ...why });
    if (this.#skippedFields > maxNamed) return;
    const name = property === undefined ? label : `${label} → ${property}`;
    this.warnings.push(`${name} was skipped: ${refused}`);
  }

  /** `field → property`, for warnings. */
  nameOf(property: string): string {
    const source = this.sources.get(property);
    return source === undefined ? property : `${source} → ${property}`;
  }

  /** The record cannot be written now. The first problem counts. */
  fail(problem: CrmProblem): void {
    this.#problem ??= problem;
  }

  build(): ResolvedDraft {
    const { createdProperties } = this;
    const heldBack = [...this.heldBack];
    const unnamed = this.#skippedFields - maxNamed;
    const more = unnamed > 0 ? [`${unnamed} more ${unnamed === 1 ? 'field was' : 'fields were'} skipped`] : [];
    const warnings = [...this.warnings, ...more];
    if (this.#problem !== undefined) return { problem: this.#problem, warnings, heldBack };
    return {
      properties: Object.fromEntries(this.properties),
      ifEmpty: Object.fromEntries(this.ifEmpty),
      sources: Object.fromEntries(this.sources),
      warnings,
      heldBack,
      createdProperties,
    };
  }
}
