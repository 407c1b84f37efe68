import { deadlineIn } from '../../crm/deadline.ts';
import { GatewayError } from '../../errors.ts';
import type { ConsoleSources } from '../console-sources.ts';
import type { RecordLink } from './show-entries.ts';

/** A page waits at most this long for the address of the account; the next view shows it. */
const readMs = 10_000;
/** Time before the next attempt after a failure. */
const retryMs = 60_000;

/** Where records are: in HubSpot's user interface, or on the console's own pages for the embedded CRM. Never waits for HubSpot. */
export function createRecordLinks({ crm, config, log }: ConsoleSources): () => Promise<RecordLink> {
  if (config.isSandbox)
    return async () => (object, crmId) => (isHubSpotId(crmId) ? `/console/data/${object}/${crmId}` : undefined);
  let templates: Readonly<Record<'contacts' | 'companies', string>> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  const ask = () => {
    askedAt = performance.now();
    const context = { requestId: 'console', urgency: 'bulk', deadline: deadlineIn(readMs) } as const;
    crm.readAccount(context).then(
      ({ linkTemplates }) => {
        templates = linkTemplates;
      },
      (error: unknown) => {
        if (!(error instanceof GatewayError)) log.warn({ err: error }, 'could not read the account for links');
      },
    );
  };
  return async () => {
    if (templates === undefined && performance.now() > askedAt + retryMs) ask();
    return (object, crmId) => (isHubSpotId(crmId) ? templates?.[object].replace('{{crmId}}', crmId) : undefined);
  };
}

/** Enginy may send anything as `crmId`: what is not a HubSpot id gets no link. */
function isHubSpotId(id: string): boolean {
  return /^\d{1,20}$/.test(id);
}
