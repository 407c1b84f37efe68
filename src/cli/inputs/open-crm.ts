import type { Config } from '../../config.ts';
import type { CallContext, Crm, ObservedLimits } from '../../crm/crm.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import { createHubSpotCrm } from '../../crm/hubspot/hubspot-crm.ts';
import { observeResponses } from '../../crm/hubspot/observed-responses.ts';
import { createPacer } from '../../crm/pacing/pacer.ts';
import { createLogger } from '../../logger.ts';
import { UsageError } from '../command-io.ts';
import { readSchema } from './schema-input.ts';

export interface OpenCrm {
  readonly crm: Crm;
  /** For the person who reads the answer: `HubSpot account 1234567`, `the embedded CRM`. */
  readonly name: string;
  readonly context: CallContext;
  /** What its responses said so far. */
  limits(): ObservedLimits;
  close(): Promise<void>;
}

/** A user is waiting for the command, so a call that takes longer is considered broken. */
const patienceMs = 120_000;

export interface OpenOptions {
  /** On the embedded CRM. */
  readonly isRehearsal: boolean;
  /** Schema file of a portal; the embedded CRM gets its properties. */
  readonly schema?: string | undefined;
}

/**
 * The CRM of the configuration, or the embedded one with its example records to rehearse on.
 * @throws UsageError when there is no token and no rehearsal was asked for, or the schema file cannot be used.
 */
export async function openCrm(config: Config, options: OpenOptions): Promise<OpenCrm> {
  const isRehearsal = options.isRehearsal || options.schema !== undefined;
  if (config.isSandbox && !isRehearsal) {
    throw new UsageError(
      'HUBSPOT_ACCESS_TOKEN is not set, so there is no account to ask; add --sandbox to try it on the embedded CRM',
    );
  }
  const { hubspot } = config;
  const upstream = isRehearsal ? await startEmbeddedCrm(options.schema) : { ...hubspot, close: async () => {} };
  const log = createLogger({ level: 'silent', secretHeader: config.auth.header });
  const pacer = createPacer(hubspot, { log });
  const { accessToken, baseUrl } = upstream;
  const responses = observeResponses();
  return {
    limits: responses.limits,
    crm: createHubSpotCrm(
      { pacer, log, onExchange: (_context, exchange) => responses.observe(exchange) },
      { accessToken, baseUrl, apiVersion: hubspot.apiVersion, timeoutMs: hubspot.timeoutMs },
    ),
    name:
      options.schema !== undefined
        ? `the embedded CRM with ${options.schema}`
        : isRehearsal
          ? 'the embedded CRM'
          : 'HubSpot',
    context: { requestId: 'command', urgency: 'urgent', deadline: deadlineIn(patienceMs) },
    close: () => upstream.close(),
  };
}

/** Loaded only when it is asked for. */
async function startEmbeddedCrm(
  file?: string,
): Promise<{ accessToken: string; baseUrl: string; close: () => Promise<void> }> {
  const schema = file === undefined ? undefined : readSchema(file);
  const [{ startSandbox }, { exampleSeed }] = await Promise.all([
    import('../../../sandbox/sandbox.ts'),
    import('../../../sandbox/seed.ts'),
  ]);
  const sandbox = await startSandbox({ indexLagMs: 0, ...(schema !== undefined && { schema }) });
  sandbox.seed(exampleSeed);
  return { accessToken: sandbox.token, baseUrl: sandbox.url, close: () => sandbox.close() };
}
