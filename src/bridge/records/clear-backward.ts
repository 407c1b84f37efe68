import { problemOfError, unaccounted } from '../../crm/crm-problem.ts';
import type { Crm, CrmRecord, PropertyDefinition, UpdateInput } from '../../crm/crm.ts';
import { GatewayError } from '../../errors.ts';
import { describeProblem } from '../problem.ts';
import type { RequestScope } from '../request-scope.ts';
import { ignoredStep } from '../../mapping/run/held-back.ts';
import { type Draft, withoutProperties } from '../writes/write-stripping.ts';
import type { RecordUpdate } from './record-update.ts';

interface BackwardScope extends RequestScope {
  readonly crm: Pick<Crm, 'update' | 'readProperties'>;
}

/** HubSpot accepts a step back of this property, and ignores it. Every answer to an update has its current value. */
const forwardOnly = 'lifecyclestage';

/** An update with properties that are written even where that is a step back. */
type ForcedUpdate = RecordUpdate & { readonly current: CrmRecord };

/**
 * Clears properties whose new value comes before the current one in the order of the options. HubSpot accepts a step back of
 * `lifecyclestage` and ignores it; once the property is cleared, the next call can set it. A property that could not be cleared is
 * dropped from its draft with a warning.
 */
export async function clearBackward(scope: BackwardScope, updates: readonly RecordUpdate[]): Promise<void> {
  const forced = updates.filter((update): update is ForcedUpdate => {
    return update.translation.forced.length > 0 && update.current !== undefined;
  });
  if (forced.length === 0) return;
  try {
    const definitions = await scope.crm.readProperties(scope.mapping.target.objectType, scope.context);
    const clears = forced.flatMap((update) => {
      const names = update.translation.forced.filter((name) => isStepBack(update, name, definitions));
      return names.length === 0 ? [] : [{ update, names }];
    });
    await sendClears(scope, clears);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const reason = describeProblem(problemOfError(error, 'unavailable'));
    for (const update of forced) dropNotCleared(update, update.translation.forced, reason);
  }
}

/** What was written, without a step back that the CRM accepted and ignored: its answer still has the value of before. */
export function withoutIgnoredStep(draft: Draft, answered: CrmRecord): Draft {
  const sent = Object.hasOwn(draft.properties, forwardOnly) ? (draft.properties[forwardOnly] ?? '') : '';
  const now = answered.properties[forwardOnly] ?? '';
  if (sent === '' || now === '' || now === sent) return draft;
  return withoutProperties(
    draft,
    new Map([[forwardOnly, { refused: 'the CRM does not let it move back', reason: 'backward', detail: ignoredStep }]]),
  );
}

async function sendClears(
  { crm, mapping, context }: BackwardScope,
  clears: readonly { readonly update: ForcedUpdate; readonly names: readonly string[] }[],
): Promise<void> {
  if (clears.length === 0) return;
  const inputs = clears.map(({ update, names }): UpdateInput => {
    return { id: update.current.id, properties: Object.fromEntries(names.map((name) => [name, ''])) };
  });
  const outcomes = await crm.update(mapping.target.objectType, inputs, context);
  clears.forEach(({ update, names }, index) => {
    const outcome = outcomes[index] ?? unaccounted('ambiguous');
    if ('problem' in outcome) dropNotCleared(update, names, describeProblem(outcome.problem));
  });
}

function dropNotCleared(update: RecordUpdate, names: readonly string[], reason: string): void {
  update.draft = withoutProperties(
    update.draft,
    new Map(names.map((name) => [name, { refused: `it could not be moved back: ${reason}`, reason: 'backward' }])),
  );
}

/** A value that is not an option of the property has no place in its order, and counts as a step back. */
function isStepBack(
  { current, draft }: ForcedUpdate,
  name: string,
  definitions: readonly PropertyDefinition[],
): boolean {
  const now = current.properties[name] ?? '';
  const next = Object.hasOwn(draft.properties, name) ? draft.properties[name] : undefined;
  if (now === '' || next === undefined || next === '' || next === now) return false;
  const options = definitions.find((definition) => definition.name === name)?.options ?? [];
  const [from, to] = [now, next].map((value) => options.findIndex((option) => option.value === value));
  return from === undefined || to === undefined || from < 0 || to < from;
}
