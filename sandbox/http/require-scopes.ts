import { findObjectType, type ObjectType } from '../object-types.ts';
import type { Switches } from '../switches.ts';
import { type Problem, Refusal } from './problem-body.ts';

/** Sets of scopes, any one of which is enough. */
export type ScopesOf = (params: Readonly<Record<string, string>>) => readonly (readonly string[])[];

/** Every scope that a call of the sandbox may ask for. */
export const allScopes: readonly string[] = [
  'oauth',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.objects.companies.read',
  'crm.objects.companies.write',
  'crm.objects.owners.read',
  'sales-email-read',
  ...['contacts', 'companies', 'tasks', 'emails', 'communications', 'notes'].flatMap((name) => [
    `crm.schemas.${name}.read`,
    `crm.schemas.${name}.write`,
  ]),
];

export type ScopeOption = readonly string[] | { readonly without: readonly string[] };

export function resolveScopes(option: ScopeOption | undefined): ReadonlySet<string> {
  if (option === undefined) return new Set(allScopes);
  if ('without' in option) {
    const { without } = option;
    return new Set(allScopes.filter((scope) => !without.includes(scope)));
  }
  // Every token has it.
  return new Set(['oauth', ...option]);
}

type Access = 'read' | 'write';

export const objectScopes =
  (access: Access): ScopesOf =>
  ({ objectType = '' }) => {
    const type = findObjectType(objectType);
    return type ? recordScopes(type, access) : [];
  };

/** Definitions may be read with the object's read scope or the schema's; written only with the schema's. */
export const schemaScopes =
  (access: Access): ScopesOf =>
  ({ objectType = '' }) => {
    const type = findObjectType(objectType);
    if (!type) return [];
    return access === 'write' ? [[type.schemaScopes.write]] : [type.readScopes, [type.schemaScopes.read]];
  };

/** Links are read and written with the scopes of both objects. */
export const linkScopes =
  (access: Access): ScopesOf =>
  ({ from = '', to = '' }) => {
    const types = [findObjectType(from), findObjectType(to)].filter((type) => type !== undefined);
    return [types.flatMap((type) => recordScopes(type, access)[0] ?? [])];
  };

export const ownerScopes: ScopesOf = () => [['crm.objects.owners.read']];
export const accountScopes: ScopesOf = () => [['oauth']];

/** Logged emails need a scope of their own as well (HubSpot's scopes reference). */
function recordScopes(type: ObjectType, access: Access): readonly (readonly string[])[] {
  const scopes = access === 'read' ? type.readScopes : type.writeScopes;
  return [type.name === 'emails' ? [...scopes, 'sales-email-read'] : scopes];
}

/** Refuses a call whose token has none of the sets. */
export function requireScopes(
  granted: ReadonlySet<string>,
  alternatives: readonly (readonly string[])[],
  switches: Switches,
): void {
  if (alternatives.length === 0) return;
  if (alternatives.some((scopes) => scopes.every((scope) => granted.has(scope)))) return;
  const missing = [...new Set(alternatives.flat())].filter((scope) => !granted.has(scope));
  throw new Refusal(missingScopes(missing, switches));
}

/** HubSpot names the scopes in `errors[0].context`, sometimes at the top, sometimes not at all. */
function missingScopes(requiredGranularScopes: readonly string[], switches: Switches): Problem {
  const page = 'https://developers.hubspot.com/scopes';
  const problem: Problem = {
    status: 403,
    category: 'MISSING_SCOPES',
    message: `This app hasn't been granted all required scopes to make this call. Read more about required scopes here: ${page}.`,
  };
  const context = { requiredGranularScopes };
  if (switches.missingScopesForm === 'bare') return problem;
  if (switches.missingScopesForm === 'context') return { ...problem, context, links: { scopes: page } };
  return {
    ...problem,
    errors: [{ message: 'One or more of the following scopes are required.', context }],
    links: { scopes: page },
  };
}
