/**
 * Facts that HubSpot's documents leave open, and account settings. The first choice of each is the default. docs/sandbox.md explains
 * them (a test compares the two).
 */
export const switchChoices = {
  traceIdEcho: ['omit', 'echo'],
  resultOrder: ['own', 'input'],
  uniqueConflictOnCreate: ['validation', 'conflict'],
  mergedUpdate: ['missing', 'survivor'],
  validationErrors: ['listed', 'message-only'],
  createdLifecycleStage: ['lead', 'none'],
  companiesFromEmailDomains: ['off', 'on'],
  unknownAssociationIds: ['207', 'in-200', '400'],
  searchHeaders: ['none', 'daily'],
  rateLimitBody: ['policy', 'category'],
  missingScopesForm: ['errors', 'context', 'bare'],
} as const;

type Choices = typeof switchChoices;
export type Switches = { [Name in keyof Choices]: Choices[Name][number] };
export type SwitchName = keyof Choices;

/** All defaults, with some replaced. Throws a RangeError that names the unknown switch or the choices of a known one. */
export function resolveSwitches(chosen: Readonly<Record<string, unknown>> = {}): Switches {
  const resolved = Object.fromEntries(Object.entries(switchChoices).map(([name, choices]) => [name, choices[0]]));
  for (const [name, value] of Object.entries(chosen)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(switchChoices, name)) throw new RangeError(`unknown switch "${name}"`);
    const choices: readonly string[] = switchChoices[name as SwitchName];
    if (typeof value !== 'string' || !choices.includes(value))
      throw new RangeError(`switch "${name}" must be one of ${choices.join(', ')}`);
    resolved[name] = value as never;
  }
  // Every name of the table was filled above with one of its choices.
  return resolved as unknown as Switches;
}
