import { problemOfError } from '../../crm/crm-problem.ts';
import type { CallContext, Crm, CrmProblem, NewProperty } from '../../crm/crm.ts';
import { CrmRejectedError, GatewayError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { describeProblem } from '../problem.ts';
import { identityDefinition } from './identity-property.ts';
import { rawTextProperties } from './raw-text-fallback.ts';

interface StartDeps {
  readonly crm: Pick<Crm, 'createProperties'>;
  readonly log: Logger;
}

/**
 * Creates the properties that store Enginy's ids when the bridge starts, which shows whether the CRM lets the bridge create any. If a
 * property already exists, the CRM says so, which proves the permission without changing anything.
 *
 * What is missing becomes one line in the log; nothing here keeps the bridge from starting.
 */
export async function prepareIdProperties(
  { crm, log }: StartDeps,
  mappings: readonly Mapping[],
  context: CallContext,
): Promise<void> {
  const preparing = Promise.all(
    mappings.map(async (mapping) => ({ mapping, problem: await prepareOne(crm, mapping, context) })),
  );
  try {
    logProblems(log, await preparing);
  } catch (error) {
    if (!isTokenRefused(error)) throw error;
    log.error(
      { crmStatus: 401 },
      `${error.message}: no request can be served until the bridge starts with a valid one`,
    );
  }
}

function isTokenRefused(error: unknown): error is CrmRejectedError {
  return error instanceof CrmRejectedError && error.detail.status === 401;
}

interface Prepared {
  readonly mapping: Mapping;
  readonly problem: CrmProblem | undefined;
}

function logProblems(log: Logger, prepared: readonly Prepared[]): void {
  const refused = prepared.filter(({ problem }) => problem?.kind === 'refused');
  if (refused.length > 0) {
    const missingScopes = [...new Set(refused.flatMap(({ problem }) => scopesOf(problem)))];
    const add = missingScopes.length === 0 ? '' : `; add to the token: ${missingScopes.join(', ')}`;
    log.warn(
      { objects: refused.map(({ mapping }) => mapping.object), missingScopes },
      `the CRM does not let the bridge create properties: fields without a row are not stored, and repeated creates are only detected until the next restart${add}`,
    );
  }
  for (const { mapping, problem } of prepared) {
    if (problem === undefined || problem.kind === 'refused') continue;
    const facts = { object: mapping.object, reason: describeProblem(problem) };
    log.warn(facts, 'could not check whether the CRM lets the bridge create properties');
  }
}

async function prepareOne(
  crm: StartDeps['crm'],
  mapping: Mapping,
  context: CallContext,
): Promise<CrmProblem | undefined> {
  const properties = requiredProperties(mapping).slice(0, 1);
  if (properties.length === 0) return undefined;
  try {
    const outcomes = await crm.createProperties(mapping.target.objectType, properties, context);
    return outcomes.find((outcome) => typeof outcome === 'object')?.problem;
  } catch (error) {
    if (error instanceof GatewayError && !isTokenRefused(error)) return problemOfError(error, 'unavailable');
    throw error;
  }
}

/** Properties that a mapping needs whatever Enginy sends, the one for its ids first. */
export function requiredProperties(mapping: Mapping): NewProperty[] {
  const identity = identityDefinition(mapping);
  const forRawTexts = rawTextProperties(mapping);
  return identity === undefined ? [...forRawTexts] : [identity, ...forRawTexts];
}

function scopesOf(problem: CrmProblem | undefined): readonly string[] {
  return problem?.kind === 'refused' ? (problem.missingScopes ?? []) : [];
}
