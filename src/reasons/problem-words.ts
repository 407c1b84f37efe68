import { type NotedProblem, needsOneOfText } from '../bridge/decisions.ts';

/**
 * Why a record or request failed, and what to do: one or two lines.
 * @param isEntry one entry of a request was rejected, and the others were served.
 */
export function problemLines(problem: NotedProblem, isEntry = false): string[] {
  const { kind, text = '' } = problem;
  switch (kind) {
    case 'refused':
      return refusedLines(problem);
    case 'unavailable':
      return [`${text}; ${writtenText(problem)}`, `  ${adviceFor(text) ?? seeStatus}`];
    case 'too-large':
      return [text, '  send fewer records at once, or shorten long texts in HubSpot'];
    case 'ambiguous':
      return [
        `HubSpot did not confirm whether the write succeeded: ${text}`,
        '  look for the record in HubSpot; sending it again is safe and links it if it exists',
      ];
    case 'late':
      return lateLines(problem);
    case 'invalid':
      return invalidLines(problem);
    case 'incomplete':
      return incompleteLines(problem);
    case 'conflict':
      return [
        `${problem.property ?? 'a unique value'} already belongs to ${problem.existingId === undefined ? 'another record' : `record ${problem.existingId}`}`,
        '  merge the two records in HubSpot if they are the same',
      ];
    case 'not-found':
      return missingLines(text);
    case 'request':
      if (/^(?:Unknown (?:contact|company)|(?:Task|Activity) not found)$/.test(text)) return missingLines(text);
      return [
        `the ${isEntry ? 'entry' : 'request'} was rejected: ${text}`,
        `  report this to the developer of the caller: the ${isEntry ? 'entry' : 'request'} does not follow the contract`,
      ];
    case 'fault':
      return ['the bridge failed', '  this is a bug: the log has the details under the request id'];
  }
}

/** @param text which record; empty for that of the entry. */
function missingLines(text: string): string[] {
  return [
    `${text === '' ? '' : `${text}: `}HubSpot has no record with this id: it was deleted, or belongs to another account`,
    /^(?:Task|Activity) /.test(text)
      ? '  if it is still needed, let Enginy create it again'
      : '  sync the record again in Enginy to give Enginy its current id',
  ];
}

function lateLines(problem: NotedProblem): string[] {
  const { because } = problem;
  if (because === undefined) {
    return [
      'the time for the request (REQUEST_TIMEOUT_MS) ran out before this record was processed; nothing was written',
      '  Enginy can send the record again; if this persists, send fewer records at once or raise HUBSPOT_RATE_LIMIT',
    ];
  }
  return [
    `the time for the request (REQUEST_TIMEOUT_MS) ran out: ${because.replace(/^the CRM/, 'HubSpot')}; ${writtenText(problem)}`,
    `  ${adviceFor(because) ?? `${seeStatus}, send fewer records at once, or raise REQUEST_TIMEOUT_MS`}`,
  ];
}

function writtenText({ mayBeWritten }: NotedProblem): string {
  return mayBeWritten ? 'HubSpot may still have written the record' : 'nothing was written';
}

const seeStatus = 'Enginy can send the record again; if this persists, see status.hubspot.com';

/** A reached limit is no outage, nor is a lock or a move of the account. */
function adviceFor(cause: string): string | undefined {
  if (/ limit /.test(`${cause} `)) {
    return 'Enginy can send the record again; other apps in the account share its limits, and HubSpot lists the calls of each';
  }
  if (cause.includes('locked the record')) {
    return 'Enginy can send the record again; HubSpot locks a record for seconds while a workflow or another app writes it';
  }
  if (cause.includes('moving this account')) {
    return 'Enginy can send the record again once HubSpot has moved the account to its other data center, which takes up to a day';
  }
  return undefined;
}

function incompleteLines({ properties = [], text }: NotedProblem): string[] {
  const names = properties.map(({ name }) => name).join(', ');
  if (text === needsOneOfText) {
    return [
      `HubSpot requires at least one of ${names}, and the record has none of them`,
      '  give the record one of them in Enginy, or a value in the mapping file: under `on_create` or `always`',
    ];
  }
  return [
    `HubSpot requires ${names}, which the record lacks`,
    '  give it a value in the mapping file: under `on_create` or `always`, or with a row; see docs/upgrade.md',
  ];
}

function refusedLines({ text = '', missingScopes = [] }: NotedProblem): string[] {
  if (missingScopes.length > 0) {
    return [
      `the HubSpot token lacks the scope ${missingScopes.join(', ')}; nothing was written`,
      '  add the scope to the app of the token in HubSpot',
    ];
  }
  const isToken = text.includes('access token');
  return [
    `${text}; nothing was written`,
    isToken
      ? '  the token was revoked or mistyped: create a new one in HubSpot and set HUBSPOT_ACCESS_TOKEN'
      : '  check the scopes and permissions of the token in HubSpot',
  ];
}

function invalidLines({ properties = [], text = 'HubSpot did not accept any of the fields' }: NotedProblem): string[] {
  if (properties.length === 0)
    return [text, '  "captures show" prints what HubSpot said; "explain --live" checks each value of the record'];
  const named = properties.map(({ name, code }) => (code === undefined ? name : `${name} (${code})`)).join(', ');
  return [
    `HubSpot rejected ${named}`,
    '  correct the value in Enginy, or the row of the property; on_invalid: strip writes the rest',
  ];
}
