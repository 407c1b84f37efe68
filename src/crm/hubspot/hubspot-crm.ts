/** The port for HubSpot, on @hubspot/api-client. Each question has its file; this one says which answers which. */
import type { CallContext, Crm, ObjectType } from '../crm.ts';
import { listOwners, readAccount } from './account.ts';
import { linkRecords } from './links/link-records.ts';
import { readLinks } from './links/read-links.ts';
import { unlinkRecords } from './links/unlink-records.ts';
import { createDefinitions, type Definitions } from './properties/definitions.ts';
import { createPropertyMaker } from './properties/properties.ts';
import { createRecords } from './records/create-records.ts';
import { lookupBy, lookupById, readRecords } from './records/read-records.ts';
import { searchRecords } from './records/search-records.ts';
import { updateRecords } from './records/update-records.ts';
import { createTransport, type TransportDeps, type TransportSettings } from './transport/transport.ts';

export function createHubSpotCrm(deps: TransportDeps, settings: TransportSettings): Crm {
  const transport = createTransport(deps, settings);
  const definitions = createDefinitions(transport);
  const maker = createPropertyMaker({ transport, pacer: deps.pacer }, definitions);
  return {
    canReadBy: (objectType, property, context) => canReadBy(definitions, objectType, property, context),
    readByIds: (objectType, ids, properties, context) =>
      readRecords(transport, lookupById(objectType), ids, properties, context),
    readBy: async (objectType, property, values, properties, context) => {
      // A property that the portal does not have yet is held by no record.
      if (!(await isKnown(definitions, objectType, property, context))) {
        return { found: new Map(), missing: new Set(values), failed: new Map() };
      }
      const isGone = async () => !(await isListed(definitions, objectType, property, context, true));
      return readRecords(transport, { ...lookupBy(objectType, property), isGone }, values, properties, context);
    },
    search: (objectType, searchKeys, properties, context) =>
      searchRecords(transport, objectType, searchKeys, properties, context),
    create: (objectType, inputs, context) => createRecords(transport, objectType, inputs, context),
    update: (objectType, inputs, context) => updateRecords(transport, objectType, inputs, context),
    readProperties: (objectType, context, options) => definitions.of(objectType, context, options),
    createProperties: (objectType, properties, context) => maker.create(objectType, properties, context),
    link: (from, to, pairs, context) => linkRecords(transport, from, to, pairs, context),
    unlink: (from, to, pairs, context) => unlinkRecords(transport, from, to, pairs, context),
    readLinks: (from, to, ids, context) => readLinks(transport, from, to, ids, context),
    listOwners: (context) => listOwners(transport, context),
    readAccount: (context) => readAccount(transport, context),
  };
}

/** A contact's e-mail is unique although its definition says otherwise; everything else goes by the definition. */
async function canReadBy(
  definitions: Definitions,
  objectType: ObjectType,
  property: string,
  context: CallContext,
): Promise<boolean> {
  if (objectType === 'contacts' && property === 'email') return true;
  return (await definitions.of(objectType, context)).some(({ name, isUnique }) => name === property && isUnique);
}

async function isKnown(
  definitions: Definitions,
  objectType: ObjectType,
  property: string,
  context: CallContext,
): Promise<boolean> {
  if (objectType === 'contacts' && property === 'email') return true;
  return (
    (await isListed(definitions, objectType, property, context, false)) ||
    (await isListed(definitions, objectType, property, context, true))
  );
}

async function isListed(
  definitions: Definitions,
  objectType: ObjectType,
  property: string,
  context: CallContext,
  refresh: boolean,
): Promise<boolean> {
  return (await definitions.of(objectType, context, { refresh })).some(({ name }) => name === property);
}
