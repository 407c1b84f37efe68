import type { WireCall } from '../../crm/crm-protocol.ts';
import type { CrmReply } from './crm-reply.ts';
import { jsonOrText } from '../../json.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

async function loadNock() {
  try {
    return (await import('nock')).default;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    throw isMissing ? new Error('the package nock is not installed: run npm ci', { cause: error }) : error;
  }
}

/**
 * Answers the calls to the CRM and blocks all other network access of this process, except to one loopback port. nock is loaded
 * only here, because it takes over the process's HTTP as soon as it is loaded.
 */
export async function interceptCrm(
  { origin, ownPort }: { readonly origin: string; readonly ownPort: number },
  answer: (call: WireCall) => Promise<CrmReply>,
): Promise<{ close(): void }> {
  const nock = await loadNock();
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
  nock.enableNetConnect((host) => host === `127.0.0.1:${ownPort}`);
  const scope = nock(origin).persist();
  for (const method of methods) {
    scope.intercept(/.*/, method).reply(async (request: Request) => {
      const { pathname, search } = new URL(request.url);
      const body = readBody(await request.text());
      const answered = await answer({ method, path: pathname + search, ...(body !== undefined && { body }) });
      if (answered.kind === 'reply') {
        const text = typeof answered.body === 'string' ? answered.body : JSON.stringify(answered.body);
        return [answered.status, text, { date: new Date().toUTCString(), ...answered.headers }];
      }
      // A silent call never gets here: its answer does not arrive.
      const code = answered.kind === 'network failure' ? answered.code : undefined;
      throw Object.assign(new Error('the network failed'), { code: code ?? 'ECONNRESET' });
    });
  }
  return {
    close() {
      nock.abortPendingRequests();
      nock.cleanAll();
      nock.enableNetConnect();
      nock.restore();
    },
  };
}

function readBody(text: string): unknown {
  return text === '' ? undefined : jsonOrText(text);
}
