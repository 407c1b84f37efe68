import type { CallContext, Crm, CrmProblem, NewProperty } from '../../crm/crm.ts';
import { GatewayError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { describeProblem, problemFromRead } from '../problem.ts';
import { identityDefinition } from './identity.ts';
import { keptTextProperties } from './kept-texts.ts';

/**
 * To be called at start: makes the properties that keep Enginy's ids, and so learns whether the CRM lets the bridge make any. One that
 * is there already is refused for existing, which proves the permission and changes nothing.
 *
 * What is missing is one line in the log; nothing here keeps the bridge from starting.
 */
export async function checkPropertyAccess(
  deps: { readonly crm: Pick<Crm, 'createProperties'>; readonly log: Logger },
  mappings: readonly Mapping[],
  context: CallContext,
): Promise<void> {
  const checked = await Promise.all(mappings.map((mapping) => checkOne(deps.crm, mapping, context)));
  const refused = checked.filter(({ problem }) => problem?.kind === 'refused');
  if (refused.length > 0) {
    const missingScopes = [...new Set(refused.flatMap(({ problem }) => scopesOf(problem)))];
    const add = missingScopes.length === 0 ? '' : `; add to the token: ${missingScopes.join(', ')}`;
    deps.log.warn(
      { objects: refused.map(({ mapping }) => mapping.object), missingScopes },
      `the CRM does not let the bridge make properties: fields without a row are not stored, and repeated creates are recognised from memory only${add}`,
    );
  }
  for (const { mapping, problem } of checked) {
    if (problem === undefined || problem.kind === 'refused') continue;
    const facts = { object: mapping.object, reason: describeProblem(problem) };
    deps.log.warn(facts, 'could not check whether the CRM lets the bridge make properties');
  }
}

async function checkOne(
  crm: Pick<Crm, 'createProperties'>,
  mapping: Mapping,
  context: CallContext,
): Promise<{ readonly mapping: Mapping; readonly problem?: CrmProblem }> {
  const properties = neededProperties(mapping).slice(0, 1);
  if (properties.length === 0) return { mapping };
  try {
    const outcomes = await crm.createProperties(mapping.target.objectType, properties, context);
    const failed = outcomes.find((outcome) => typeof outcome === 'object');
    return failed === undefined ? { mapping } : { mapping, problem: failed.problem };
  } catch (error) {
    if (error instanceof GatewayError) return { mapping, problem: problemFromRead(error) };
    throw error;
  }
}

/** Properties that a mapping needs whatever Enginy sends, the one for its ids first. */
export function neededProperties(mapping: Mapping): NewProperty[] {
  const identity = identityDefinition(mapping);
  const kept = keptTextProperties(mapping);
  return identity === undefined ? [...kept] : [identity, ...kept];
}

function scopesOf(problem: CrmProblem | undefined): readonly string[] {
  return problem?.kind === 'refused' ? (problem.missingScopes ?? []) : [];
}
