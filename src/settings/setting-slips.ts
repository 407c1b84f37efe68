import type { UnreadLine } from './env-file.ts';
import type { Environment, UnusedSettings } from '../environment.ts';
import { nearestWord } from '../mapping/values/nearest-word.ts';

/** Everything that was given, and the names that the bridge knows. */
export interface GivenSettings extends UnusedSettings {
  readonly environment: Environment;
  readonly known: readonly string[];
}

/**
 * One line for each name that looks like a setting of the bridge and is none, and for each line of `.env` that sets nothing. Never
 * contains a value.
 */
export function describeSlips(given: GivenSettings): readonly string[] {
  const names = [...Object.keys(given.environment), ...given.empty];
  return [
    ...(given.fileProblem === undefined ? [] : [given.fileProblem]),
    ...given.unreadLines.map((line) => describeLine(line, given.known)),
    ...names.filter((name) => isSlip(name, given.known)).map((name) => describeName(name, given.known)),
  ];
}

/**
 * Reasons to believe that a HubSpot account was meant although HUBSPOT_ACCESS_TOKEN holds no token. The embedded CRM loses what it is
 * sent, so it must not replace an account because of a typing error.
 */
export function signsOfAccount(given: GivenSettings): string[] {
  const { environment, known } = given;
  const isAboutAccount = (name: string) => {
    const setting = known.includes(name) ? name : isSlip(name, known) ? (nearestSetting(name, known) ?? name) : '';
    return setting === 'API_KEY' || /hub_?spot|^enginy/i.test(setting);
  };
  const isKnown = (name: string) => known.includes(name);
  const empty = given.empty.filter(isAboutAccount);
  const tokens = Object.keys(environment).filter((name) => accessToken.test(environment[name] ?? ''));
  const named = Object.keys(environment).filter(isAboutAccount);
  return [
    ...empty.filter(isKnown).map((name) => `${name} is empty`),
    ...describeSlips({
      ...given,
      empty: empty.filter((name) => !isKnown(name)),
      environment: Object.fromEntries(named.map((name) => [name, 'set'])),
    }),
    ...tokens.filter((name) => !named.includes(name)).map((name) => `${shown(name)} holds a HubSpot token`),
    ...named.filter(isKnown).map((name) => `${name} is set`),
  ];
}

/** Access tokens of private apps and service keys, whatever their variable is called. */
const accessToken = /\bpat-[a-z]{2}\d+-/i;

/** The beginnings of names that are meant for the bridge. */
const ownPrefix = /^(HUBSPOT|ENGINY|CAPTURE|API_KEY)(_|$)/i;

/** Kubernetes adds the addresses of services to the environment, one of which may be called like the bridge. */
const ofKubernetes = /_(SERVICE_(HOST|PORT(_.*)?)|PORT(_\d+_(TCP|UDP)(_.*)?)?)$/;

/** Other programs' names that are one letter away from a setting. */
const foreign: ReadonlySet<string> = new Set(['APP_KEY']);

/** Names of other programs are one letter away from PORT or HOST too often. */
const minLength = 6;

function isSlip(name: string, known: readonly string[]): boolean {
  if (known.includes(name) || foreign.has(name) || ofKubernetes.test(name) || /^npm_/i.test(name)) return false;
  return ownPrefix.test(name) || /hub_?spot/i.test(name) || nearestSetting(name, known) !== undefined;
}

function nearestSetting(name: string, known: readonly string[]): string | undefined {
  const ofHubSpot = known.filter((each) => each.startsWith('HUBSPOT'));
  const near = nearestWord(
    name,
    known.filter((each) => each.length >= minLength),
  );
  // A letter or two more or less: "NODE" is the beginning of NODE_ENV and no slip of it.
  if (near !== undefined && Math.abs(near.length - name.length) <= (near.length > 8 ? 2 : 1)) return near;
  if (/^(my|x|bridge|enginy|enginy_bridge)?[_-]?api[_-]?keys?$/i.test(name)) return 'API_KEY';
  if (/^((my|private)_?(app_?)?|app_?|service_?)?access_?(token|key)$/i.test(name)) return 'HUBSPOT_ACCESS_TOKEN';
  if (!/hub_?spot/i.test(name)) return undefined;
  return nearestWord(name, ofHubSpot) ?? (/token|key|secret|pat$/i.test(name) ? 'HUBSPOT_ACCESS_TOKEN' : undefined);
}

function describeName(name: string, known: readonly string[]): string {
  const near = nearestSetting(name, known);
  return `${shown(name)} is not a setting of the bridge${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** The name is printed only if it is one of the bridge's or nearly so: anything else may be a secret without a name. */
function describeLine({ line, name }: UnreadLine, known: readonly string[]): string {
  const isNamed = name !== undefined && (known.includes(name) || isSlip(name, known));
  return `line ${line} of .env${isNamed ? ` (${shown(name)})` : ''} is not of the form NAME=value`;
}

/** A token that was pasted into the place of a name is not printed. */
function shown(name: string): string {
  return accessToken.test(name) || name.length > 60 ? 'a variable' : name;
}
