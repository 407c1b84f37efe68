import { readRedisCa } from './server/certificate.ts';
import type { Config } from './config.ts';
import type { Clock } from './crm/clock.ts';
import { deadlineIn } from './crm/deadline.ts';
import { createHubSpotCrm } from './crm/hubspot/hubspot-crm.ts';
import { createPacer } from './crm/pacing/pacer.ts';
import type { RequirementStore } from './crm/requirement-store.ts';
import type { Logger } from './logger.ts';

type CrmDeps = Pick<Parameters<typeof createHubSpotCrm>[0], 'onExchange'> & {
  readonly log: Logger;
  readonly clock: Clock | undefined;
  readonly requirements: RequirementStore | undefined;
};

/** Searches wait for it, once. */
const accountMs = 5_000;

/** Connects to HubSpot, or in sandbox mode to an embedded CRM that it starts. */
export async function connectCrm(config: Config, { log, clock, requirements, onExchange }: CrmDeps) {
  const upstream = config.isSandbox
    ? await startEmbeddedCrm()
    : { ...config.hubspot, embedded: undefined, close: async () => {} };
  const { accessToken, baseUrl } = upstream;
  const sharing = await shareWithReplicas(config, accessToken, log);
  const pacer = createPacer(config.hubspot, {
    log,
    ...(clock !== undefined && { clock }),
    ...(sharing !== undefined && { createBudget: sharing.createBudget }),
  });
  const crm = createHubSpotCrm(
    {
      pacer,
      log,
      requirements: sharing?.shareRequirements(requirements, config.hubspot.apiVersion) ?? requirements,
      onExchange,
    },
    { accessToken, baseUrl, apiVersion: config.hubspot.apiVersion, timeoutMs: config.hubspot.timeoutMs },
  );
  sharing?.followAccount(async () => {
    const context = { requestId: 'start', urgency: 'urgent', deadline: deadlineIn(accountMs) } as const;
    return String((await crm.readAccount(context)).id);
  });
  const close = async () => {
    await pacer.close();
    await sharing?.close();
    await upstream.close();
  };
  return { crm, pacer, sharing, embedded: upstream.embedded, close };
}

/** Loaded on demand: most bridges are one process. */
async function shareWithReplicas({ replicas, hubspot, cache }: Config, accessToken: string, log: Logger) {
  if (replicas === undefined) return undefined;
  const { startSharing } = await import('./replicas/start-sharing.ts');
  const redisCa = readRedisCa(replicas.redisCaFile);
  return startSharing(
    { ...replicas, redisCa, accessToken, callTimeoutMs: hubspot.timeoutMs, idTtlMs: cache.ttlMs },
    log,
  );
}

/** Loaded on demand, so that production never loads it. */
async function startEmbeddedCrm() {
  const [{ startSandbox }, { exampleSeed }] = await Promise.all([
    import('../sandbox/sandbox.ts'),
    import('../sandbox/seed.ts'),
  ]);
  const sandbox = await startSandbox();
  sandbox.seed(exampleSeed);
  return { accessToken: sandbox.token, baseUrl: sandbox.url, embedded: sandbox, close: () => sandbox.close() };
}
