/**
 * Facts that HubSpot's documents leave open, and account settings. The first choice of each is the default. docs/sandbox.md explains
 * them (a test compares the two).
 */
export const switchChoices = {
  traceIdEcho: ['omit', 'echo'],
  resultOrder: ['own', 'input'],
  sameEmailTwiceInCreate: ['whole', 'second'],
  conflictNamesId: ['yes', 'no'],
  uniqueConflictOnCreate: ['validation', 'conflict'],
  uniqueIgnoresCase: ['yes', 'no'],
  archivedEmailOnCreate: ['new', 'conflict'],
  blockedEmailOnCreate: ['validation', 'conflict'],
  mergedUpdate: ['missing', 'survivor'],
  mergeId: ['survivor', 'new'],
  upsertByEmail: ['keeps', 'clears'],
  additionalEmails: ['create-only', 'writable', 'read-only'],
  nullValues: ['refused', 'ignored', 'clears'],
  missingInputs: ['silent', 'refused'],
  emptyInputs: ['refused', 'complete'],
  validationErrors: ['listed', 'message-only'],
  badNumberCode: ['INVALID_NUMBER', 'INVALID_INTEGER', 'INVALID_LONG'],
  badDateCode: ['INVALID_LONG', 'INVALID_DATE'],
  createdLifecycleStage: ['lead', 'none'],
  lifecycleBackward: ['ignored', 'applied'],
  companyNeeds: ['nothing', 'name-or-domain'],
  companiesFromEmailDomains: ['off', 'on'],
  primaryCompany: ['first', 'never'],
  archivedOwner: ['refused', 'accepted'],
  ownersPageMaximum: ['500', '100'],
  hsPrefixInNames: ['refused', 'accepted'],
  unknownAssociationIds: ['207', 'in-200', '400'],
  inMaximum: ['100', 'none'],
  callCounted: ['on-arrival', 'on-answer'],
  searchLengthOf: ['body', 'query'],
  searchCountsDaily: ['yes', 'no'],
  searchHeaders: ['none', 'daily'],
  dailyHeaders: ['sent', 'absent'],
  retryAfter: ['absent', 'sent'],
  rateLimitBody: ['policy', 'category'],
  missingScopesForm: ['errors', 'context', 'bare'],
  emailScopes: ['either', 'both', 'redacts'],
  unsupportedMediaBody: ['json', 'empty'],
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
