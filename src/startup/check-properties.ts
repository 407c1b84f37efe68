import { prepareIdProperties } from '../bridge/properties/prepare-id-property.ts';
import type { Crm } from '../crm/crm.ts';
import { deadlineIn } from '../crm/deadline.ts';
import { findMissingProperties } from '../live-check/missing-properties.ts';
import type { LiveMappings } from '../live-mappings.ts';
import type { Logger } from '../logger.ts';

/** Long enough for a slow CRM; the bridge serves meanwhile. */
const startCheckMs = 30_000;

/** Logs and notes which properties are missing. Returns at once: the bridge starts whether or not the CRM answers. */
export function checkProperties(crm: Crm, log: Logger, live: LiveMappings): void {
  const mappings = live.current();
  const records = [mappings.contacts, mappings.companies].filter((mapping) => mapping !== undefined);
  const context = { requestId: 'start', urgency: 'bulk', deadline: deadlineIn(startCheckMs) } as const;
  prepareIdProperties({ crm, log }, records, context).catch((error: unknown) => {
    log.error({ err: error }, 'could not check the properties');
  });
  findMissingProperties(crm, mappings, context)
    .then((missing) => {
      live.noteMissing(mappings.hash, missing);
      const facts = { mapping: mappings.hash, count: missing.length, missing: missing.slice(0, maxMissingLogged) };
      if (missing.length > 0) log.warn(facts, 'the mapping files name properties that the CRM does not have');
    })
    .catch((error: unknown) => {
      log.warn({ err: error }, 'could not compare the mapping files with the properties of the CRM');
    });
}

const maxMissingLogged = 20;
