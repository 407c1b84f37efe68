/** The port for HubSpot, on @hubspot/api-client. Each operation has its file: this one puts them together. */
import type { CallContext, Crm } from '../crm.ts';
import type { LaneState } from '../pacing/lane.ts';
import { accountDetails, tokenScopes } from './calls/account-calls.ts';
import type { RequirementStore } from '../requirement-store.ts';
import { linkInStyle } from './links/link-in-style.ts';
import { createLinkLabels, type LinkLabels } from './links/link-labels.ts';
import { linkByDefault } from './links/link-by-default.ts';
import { readLinks } from './links/read-links.ts';
import { unlinkRecords } from './links/unlink-records.ts';
import { listOwners } from './list-owners.ts';
import { createHubSpotProperties } from './properties/hubspot-properties.ts';
import { createPropertyDefinitions } from './properties/property-definitions.ts';
import { createUniqueProperties, type UniqueProperties } from './properties/unique-properties.ts';
import { countFilled } from './records/count-filled.ts';
import { creating } from './records/create-in-batches.ts';
import { listRecords } from './records/list-records.ts';
import { lookupBy, lookupById } from './records/batch-lookup.ts';
import { modifiedSince } from './records/modified-since.ts';
import { allowanceOf } from './records/read-allowance.ts';
import { readInBatches } from './records/read-in-batches.ts';
import { RequiredProperties } from './records/required-properties.ts';
import { searching } from './records/search-all-pages.ts';
import { updating } from './records/update-in-batches.ts';
import { CrmRejectedError } from '../../errors.ts';
import { createTransport, type Send, type TransportDeps, type TransportSettings } from './transport/transport.ts';

/** A new contact needs one of them (HubSpot's contacts guide). */
const neededInContacts = ['email', 'firstname', 'lastname'] as const;

export interface HubSpotDeps extends TransportDeps {
  /** Keeps what the account was seen to require; if absent, the process alone remembers it. */
  readonly requirements?: RequirementStore | undefined;
}

export function createHubSpotCrm(deps: HubSpotDeps, settings: TransportSettings): Crm {
  const transport = createTransport(deps, settings);
  const sendFor: SendFor = (context) => (call) => transport(call, context);
  const definitions = createPropertyDefinitions(transport);
  const hubSpotProperties = createHubSpotProperties({ transport, pacer: deps.pacer, definitions });
  const required = new RequiredProperties(deps.requirements);
  const laneState = (kind: 'read' | 'search') => deps.pacer.state()[kind === 'search' ? 'search' : 'burst'];
  return {
    ...lookups(sendFor, createUniqueProperties(definitions)),
    ...searching(transport),
    ...creating({ transport, required, definitions }),
    ...updating({ transport, required, definitions }),
    ...linking(sendFor, createLinkLabels(transport)),
    ...accountReading(sendFor, settings.accessToken.trim()),
    hasRoom: (kind) => hasRoom(laneState(kind)),
    troubleOf: (requestId) => deps.pacer.troubleOf(requestId),
    neededIn: (objectType) => (objectType === 'contacts' ? neededInContacts : []),
    forgetRequirements: () => required.forget(),
    readProperties: (objectType, context, options) => definitions.of(objectType, context, options),
    createProperties: (objectType, properties, context) => hubSpotProperties.create(objectType, properties, context),
  };
}

type SendFor = (context: CallContext) => Send;

function lookups(
  sendFor: SendFor,
  unique: UniqueProperties,
): Pick<Crm, 'canReadBy' | 'readByIds' | 'readBy' | 'countFilled' | 'list' | 'modifiedSince'> {
  return {
    canReadBy: (objectType, property, context) => unique.canReadBy({ objectType, property }, context),
    // biome-ignore lint/complexity/useMaxParams: the port's signature
    readByIds: (objectType, ids, properties, context) =>
      readInBatches(sendFor(context), {
        lookup: lookupById(objectType),
        values: ids,
        properties,
        allowance: allowanceOf(context),
      }),
    readBy: async ({ objectType, property, values }, properties, context) => {
      // A property that does not exist in the account yet has no values.
      if (!(await unique.exists({ objectType, property }, context))) {
        return { found: new Map(), missing: new Set(values), failed: new Map() };
      }
      const isGone = () => unique.isGone({ objectType, property }, context);
      return readInBatches(sendFor(context), {
        lookup: { ...lookupBy(objectType, property), isGone },
        values,
        properties,
        allowance: allowanceOf(context),
      });
    },
    countFilled: (objectType, properties, context) => countFilled(sendFor(context), objectType, properties),
    list: (request, context) => listRecords(sendFor(context), request),
    modifiedSince: (request, context) => modifiedSince(sendFor(context), request),
  };
}

function linking(
  sendFor: SendFor,
  linkLabels: LinkLabels,
): Pick<Crm, 'link' | 'linkAs' | 'unlink' | 'readLinks' | 'listLinkLabels'> {
  return {
    // biome-ignore lint/complexity/useMaxParams: the port's signature
    link: (from, to, pairs, context) => linkByDefault(sendFor(context), { from, to }, pairs),
    linkAs: (links, context) => linkInStyle({ send: sendFor(context), linkLabels }, links, context),
    // biome-ignore lint/complexity/useMaxParams: the port's signature
    unlink: (from, to, pairs, context) => unlinkRecords(sendFor(context), { from, to }, pairs),
    // biome-ignore lint/complexity/useMaxParams: the port's signature
    readLinks: (from, to, ids, context) => readLinks(sendFor(context), { from, to }, ids),
    listLinkLabels: async (from, to, context) =>
      (await linkLabels.of({ from, to }, [], context)).flatMap(({ typeId, label, category }) =>
        label === null ? [] : [{ typeId, label, category }],
      ),
  };
}

function accountReading(sendFor: SendFor, accessToken: string): Pick<Crm, 'listOwners' | 'readAccount' | 'readScopes'> {
  return {
    listOwners: (context) => listOwners(sendFor(context)),
    readAccount: (context, options) => {
      const call = accountDetails();
      return sendFor(context)(options?.isProbe === true ? { ...call, repeat: 'never' } : call);
    },
    readScopes: async (context) => {
      try {
        return await sendFor(context)(tokenScopes(accessToken));
      } catch (error) {
        // Unknown kinds of tokens are answered with a 4xx.
        if (error instanceof CrmRejectedError) return undefined;
        throw error;
      }
    },
  };
}

function hasRoom({ limit, used, waiting, pausedMs }: LaneState): boolean {
  return waiting === 0 && pausedMs === 0 && used < limit / 2;
}
