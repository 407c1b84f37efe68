import { unaccounted } from '../../crm/crm-problem.ts';
import type { InvalidProperty, WriteOutcome } from '../../crm/crm.ts';
import { type HeldBack, withoutKept } from '../../mapping/run/held-back.ts';
import type { DropReason } from './drop-reason.ts';

/** Property values on their way to the CRM, and where they came from. */
export interface Draft {
  readonly properties: Readonly<Record<string, string>>;
  /** Property → Enginy field, for warnings. */
  readonly sources: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  /** What was held back so far, by name. */
  readonly heldBack: readonly HeldBack[];
  /** Custom properties that were created for it. */
  readonly createdProperties?: readonly string[];
}

export interface DraftOutcome {
  readonly outcome: WriteOutcome | 'nothing left';
  /** As last sent. */
  readonly draft: Draft;
}

export interface StrippingOptions {
  /** False (`on_invalid: fail`): the first refusal is final. */
  readonly isStripping: boolean;
  /** Properties that are dropped even where refusals are final. */
  readonly isOptional?: (property: string) => boolean;
  /** Properties that must not be dropped: without them the record is not written. */
  readonly isKept?: (property: string) => boolean;
  /** Adds what a draft needs after it lost properties. */
  readonly complete?: (draft: Draft, position: number) => Draft;
  /**
   * Called with properties that the CRM does not have.
   * @returns those that exist now: the record is sent again with them.
   */
  readonly recover?: (names: ReadonlySet<string>) => Promise<ReadonlySet<string>>;
}

/** A record loses at most this many rounds of properties before it counts as refused. */
const maxRounds = 6;
/** A property that was recovered and is still refused as missing is dropped after this many rounds. */
const maxRecoveries = 2;

/**
 * Sends drafts. Where the CRM refuses the value of a property, the record is sent again without it: an invalid value costs its
 * property, not the record. Each dropped property becomes a warning.
 *
 * @param send writes drafts; the numbers are positions in `drafts`.
 */
export async function writeStripping(
  drafts: readonly Draft[],
  options: StrippingOptions,
  send: (drafts: readonly Draft[], positions: readonly number[]) => Promise<readonly WriteOutcome[]>,
): Promise<DraftOutcome[]> {
  const settled = new Array<DraftOutcome | undefined>(drafts.length);
  let open = drafts.map((draft, position) => ({ draft, position }));

  for (let round = 1; open.length > 0; round += 1) {
    const outcomes = await send(
      open.map(({ draft }) => draft),
      open.map(({ position }) => position),
    );
    const recovered = round <= maxRecoveries ? await recoverMissing(outcomes, options) : nothing;
    const again: typeof open = [];
    open.forEach(({ draft, position }, index) => {
      const outcome = outcomes[index] ?? unaccounted('ambiguous');
      const left = round < maxRounds ? stripRefused(draft, outcome, { ...options, recovered }) : undefined;
      const stripped = left === undefined ? undefined : (options.complete?.(left, position) ?? left);
      if (stripped === undefined) settled[position] = { outcome, draft };
      else if (Object.keys(stripped.properties).length === 0) {
        settled[position] = { outcome: 'nothing left', draft: stripped };
      } else again.push({ draft: stripped, position });
    });
    open = again;
  }
  return drafts.map((draft, index) => settled[index] ?? { outcome: unaccounted('ambiguous'), draft });
}

const nothing: ReadonlySet<string> = new Set();

async function recoverMissing(
  outcomes: readonly WriteOutcome[],
  { recover }: StrippingOptions,
): Promise<ReadonlySet<string>> {
  const missing = new Set(outcomes.flatMap((outcome) => refusedIn(outcome).flatMap(missingName)));
  return recover === undefined || missing.size === 0 ? nothing : await recover(missing);
}

function refusedIn(outcome: WriteOutcome): readonly InvalidProperty[] {
  return 'problem' in outcome && outcome.problem.kind === 'invalid' ? outcome.problem.properties : [];
}

function missingName({ name, cause }: InvalidProperty): readonly string[] {
  return cause === 'no-property' ? [name] : [];
}

/** @returns the draft to send again, without what was refused; undefined where that does not help. */
function stripRefused(
  draft: Draft,
  outcome: WriteOutcome,
  { isStripping, isKept, isOptional, recovered }: StrippingOptions & { readonly recovered: ReadonlySet<string> },
): Draft | undefined {
  const named = refusedIn(outcome).filter(({ name }) => Object.hasOwn(draft.properties, name));
  const refused = named.filter(({ name }) => !recovered.has(name));
  if (refused.length === 0) return named.length === 0 ? undefined : draft;
  const spared = refused.filter(({ name }) => isKept?.(name) !== true);
  const isFinal = !isStripping && !spared.every(({ name }) => isOptional?.(name) === true);
  if (isFinal || spared.length === 0) return undefined;
  return withoutProperties(draft, new Map(spared.map((property) => [property.name, reasonOf(property)])));
}

function reasonOf({ cause, code, reason, holderId }: InvalidProperty): DropReason {
  const detail = holderId === undefined ? code : `record ${holderId}`;
  return {
    refused: code === undefined ? reason : `${reason} (${code})`,
    reason: cause ?? 'refused',
    ...(detail !== undefined && { detail }),
  };
}

/** A property as warnings name it: `field → property`, or the property alone if no field was its source. */
export function labelOf(property: string, sources: Draft['sources']): string {
  return Object.hasOwn(sources, property) ? `${sources[property]} → ${property}` : property;
}

/** Drops properties, with one warning each that names the Enginy field and the reason. */
export function withoutProperties(draft: Draft, reasons: ReadonlyMap<string, DropReason>): Draft {
  const properties = Object.fromEntries(Object.entries(draft.properties).filter(([name]) => !reasons.has(name)));
  const warnings = [...reasons].map(([name, { refused }]) => `${labelOf(name, draft.sources)} was skipped: ${refused}`);
  const heldBack = [...reasons].map(([property, { refused: _sentence, ...why }]): HeldBack => {
    return { field: draft.sources[property] ?? property, property, ...why };
  });
  const said = [...reasons.keys()].reduce<Pick<Draft, 'warnings' | 'heldBack'>>(withoutKept, draft);
  return {
    ...draft,
    properties,
    warnings: [...said.warnings, ...warnings],
    heldBack: [...said.heldBack, ...heldBack],
  };
}
