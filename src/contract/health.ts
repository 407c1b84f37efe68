import { z } from 'zod';

/** Response of GET /health. */
export const HealthAnswer = z.object({
  status: z
    .enum(['ok', 'degraded'])
    .describe('degraded: the connection worked before, but the CRM has been failing for a short while'),
  reason: z.string().optional().describe('Why the connection is degraded'),
  sandbox: z.literal(true).optional().describe('Present if the embedded CRM replaces HubSpot'),
});

export type HealthAnswer = z.infer<typeof HealthAnswer>;

/** Response of GET /readyz; `mapping` only for requests with the API key. */
export const ReadyAnswer = z.object({
  status: z.enum(['ok', 'stopping']),
  mapping: z
    .object({
      hash: z.string().describe('Version of the active mapping files, as in the X-Mapping header'),
      loadedAt: z.iso.datetime(),
      missing: z
        .array(z.string())
        .optional()
        .meta({ description: 'Properties that the files name and the CRM does not have.' }),
      refused: z
        .object({ at: z.iso.datetime(), findings: z.array(z.string()) })
        .optional()
        .describe('A rejected edit of the mapping files; the last valid version stays active'),
    })
    .optional()
    .describe('Only for requests with the API key'),
  identityIndex: z
    .array(
      z.object({
        object: z.string(),
        rules: z.int().describe('Match rules of the mapping file'),
        complete: z.int().describe('Rules that the index answers without a search each'),
        failing: z.string().optional().describe('Why the index could not be built or refreshed when it last tried'),
        sweptSecondsAgo: z.int().optional().describe('Since this process last asked what was modified'),
        listing: z.int().optional().describe('Records read so far by the listing under way'),
        records: z.int().describe('Records of the last complete listing'),
        drift: z.int().describe('Keys that sweeps had missed, as full passes found them'),
      }),
    )
    .optional()
    .describe('Only with IDENTITY_INDEX=on, for requests with the API key'),
  replicasDiffer: z
    .boolean()
    .optional()
    .describe('True once replicas have used different mapping files for five minutes; present with `replicas`'),
  replicas: z
    .array(
      z.object({
        name: z.string(),
        mapping: z.string().describe('Version of its mapping files'),
        loadedAt: z.iso.datetime(),
        reloadedAt: z.iso.datetime().optional().describe('When it last received SIGHUP'),
        isEditRefused: z.boolean().describe('It rejected an edit of its mapping files'),
        seenSecondsAgo: z.int(),
      }),
    )
    .optional()
    .describe('The other replicas; only with REDIS_URL, for requests with the API key'),
});

/** Response of GET /livez. */
export const ProbeAnswer = z.object({ status: z.enum(['ok', 'stopping']) });

/** Response of GET /openapi.json. */
export const OpenApiAnswer = z.looseObject({ openapi: z.string() });
