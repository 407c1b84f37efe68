import type { Examined } from './examination.ts';

/** A permission, and what the bridge cannot do without it. */
export interface ScopeNeed {
  readonly scope: string;
  readonly feature: string;
  readonly isOptional?: true;
}

const remedy = 'in HubSpot: Development > Keys > Service keys > your key > Edit scopes';

/**
 * One line for each permission that the token lacks.
 * @param granted what the CRM says the token may do; undefined if it does not say.
 */
export function examineScopes(
  granted: readonly string[] | undefined,
  needs: readonly ScopeNeed[],
): readonly Examined[] {
  if (granted === undefined) {
    const forWriting = needs.filter(({ scope }) => scope.endsWith('.write')).map(({ scope }) => scope);
    const text = `HubSpot does not list the scopes of this key. Read access was tested, but write access cannot be tested without writing. Check these scopes yourself: ${forWriting.join(', ')}`;
    return [{ id: 'scopes', mark: '✓', text }];
  }
  const missing = needs.filter(({ scope }) => !granted.includes(scope));
  const lines = missing.map(({ scope, feature, isOptional }): Examined => {
    return { id: `scope:${scope}`, mark: isOptional ? '!' : '✕', text: `${scope} is missing: ${feature}`, remedy };
  });
  const count = needs.length - missing.length;
  const all: Examined = { id: 'scopes', mark: '✓', text: `${count} of ${needs.length} scopes are granted` };
  return missing.length === 0 ? [all] : [...lines, ...(count > 0 ? [all] : [])];
}
