import { createHash } from 'node:crypto';
import type { Config } from '../config.ts';
import type { CallContext, Crm, ObservedLimits, PropertyDefinition } from '../crm/crm.ts';
import { CrmRejectedError, GatewayError } from '../errors.ts';
import type { ReadingCrm } from '../live-check/check-live.ts';
import type { Mappings } from '../mapping/load/file-kinds.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import type { Examined, Section } from './examination.ts';
import { examineLimits } from './examine-limits.ts';
import { examineScopes, type ScopeNeed } from './examine-scopes.ts';

export interface ExaminedCrm {
  readonly section: Section;
  /** Absent where the account could not be read. */
  readonly accountId?: string;
  /** What to enter in Enginy; absent where the account could not be read. */
  readonly linkTemplates?: { readonly contacts: string; readonly companies: string };
  /** False when the CRM did not answer, so that nothing was learned. */
  readonly isReached: boolean;
}

interface Scope {
  readonly crm: ReadingCrm & Pick<Crm, 'readAccount' | 'readScopes'>;
  readonly context: CallContext;
  limits(): ObservedLimits;
}

/** What the settings say of the CRM, and what the adapter knows of it. */
export interface CrmSettings {
  readonly hubspot: Config['hubspot'];
  readonly isSandbox: boolean;
  readonly scopeNeeds: readonly ScopeNeed[];
  readonly supportedUntil: string;
}

/** The token, its scopes, the account, its limits, and what the token may read. Writes nothing. */
export async function examineCrm(
  scope: Scope,
  mappings: Mappings | undefined,
  settings: CrmSettings,
): Promise<ExaminedCrm> {
  const title = 'HubSpot';
  try {
    const account = await scope.crm.readAccount(scope.context);
    const name = account.name === undefined ? '' : ` "${account.name}"`;
    const lines: Examined[] = [
      examineToken(settings),
      { id: 'account', mark: '✓', text: `account ${account.id}${name}, time zone ${account.timeZone}` },
      examineVersion(settings),
      ...examineScopes(await scope.crm.readScopes(scope.context), settings.scopeNeeds),
      await examineOwners(scope),
    ];
    for (const mapping of [mappings?.contacts, mappings?.companies]) {
      if (mapping === undefined) continue;
      for (const line of await examineProperties(scope, mapping)) lines.push(line);
    }
    for (const line of examineLimits(scope.limits(), settings.hubspot)) lines.push(line);
    return { section: { title, lines }, accountId: account.id, linkTemplates: account.linkTemplates, isReached: true };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const isRefused = error instanceof CrmRejectedError;
    const remedy = isRefused
      ? 'create a new key in HubSpot (Development > Keys > Service keys) and set HUBSPOT_ACCESS_TOKEN'
      : 'check the network of this machine, its proxy, and https://status.hubspot.com';
    const line: Examined = { id: isRefused ? 'token' : 'connection', mark: '✕', text: error.message, remedy };
    return { section: { title, lines: [line] }, isReached: isRefused };
  }
}

function examineToken({ hubspot: { accessToken }, isSandbox }: CrmSettings): Examined {
  if (isSandbox) return { id: 'token', mark: '✓', text: 'the embedded CRM needs no key' };
  const fingerprint = createHash('sha256').update(accessToken).digest('hex').slice(0, 8);
  if (accessToken.startsWith('pat-')) {
    const text = `the service key (or private app token) is accepted, fingerprint ${fingerprint}`;
    return { id: 'token', mark: '✓', text };
  }
  return {
    id: 'token',
    mark: '!',
    text: `the token is accepted, but does not look like a service key (pat-…), fingerprint ${fingerprint}: OAuth tokens expire after 30 minutes`,
    remedy: 'create a service key in HubSpot (Development > Keys > Service keys)',
  };
}

function examineVersion({ hubspot: { apiVersion }, supportedUntil }: CrmSettings): Examined {
  const text = `API version ${apiVersion}, supported by HubSpot until ${supportedUntil}`;
  if (apiVersion !== 'v3') return { id: 'api-version', mark: '✓', text };
  return {
    id: 'api-version',
    mark: '!',
    text,
    remedy: 'remove HUBSPOT_API_VERSION; docs/upgrade.md says what changes',
  };
}

async function examineOwners({ crm, context }: Scope): Promise<Examined> {
  try {
    const owners = await crm.listOwners(context);
    return { id: 'scope-owners', mark: '✓', text: `${owners.length} users can own records` };
  } catch (error) {
    return withoutScope(error, { id: 'scope-owners', purpose: 'Enginy cannot offer a choice of owners' });
  }
}

async function examineProperties({ crm, context }: Scope, mapping: Mapping): Promise<Examined[]> {
  const { object, target } = mapping;
  try {
    const definitions = await crm.readProperties(target.objectType, context, { refresh: true });
    const read: Examined = {
      id: `scope-${object}`,
      mark: '✓',
      text: `${definitions.length} properties of ${object} can be read`,
    };
    return [read, ...examineIdentity(mapping, definitions)];
  } catch (error) {
    return [withoutScope(error, { id: `scope-${object}`, purpose: `${object} cannot be matched or written` })];
  }
}

/** The property that keeps a repeated create from creating a duplicate. */
function examineIdentity({ object, identity }: Mapping, definitions: readonly PropertyDefinition[]): Examined[] {
  const id = `identity-${object}`;
  if (identity === undefined) return [];
  const property = definitions.find(({ name }) => name === identity.crm);
  if (property === undefined) {
    return [{ id, mark: '✓', text: `${identity.crm} of ${object} is created on first use` }];
  }
  if (property.isUnique) return [{ id, mark: '✓', text: `${identity.crm} of ${object} exists and is unique` }];
  const remedy = `name another property under "identity" in the mapping file of ${object}: HubSpot cannot make this one unique`;
  return [
    { id, mark: '✕', text: `${identity.crm} of ${object} is not unique: repeated creates cause duplicates`, remedy },
  ];
}

function withoutScope(error: unknown, { id, purpose }: { readonly id: string; readonly purpose: string }): Examined {
  if (!(error instanceof GatewayError)) throw error;
  const remedy = 'in HubSpot: Development > Keys > Service keys > your key > Edit scopes';
  return { id, mark: id === 'scope-owners' ? '!' : '✕', text: `${error.message}: ${purpose}`, remedy };
}
