import { z } from 'zod';

/** Answer of GET /health. */
export const HealthAnswer = z.object({
  status: z.literal('ok'),
  sandbox: z.literal(true).optional().describe('Present while an embedded CRM stands in for HubSpot'),
});

/** Answer of GET /readyz; `mapping` for those who send the key. */
export const ReadyAnswer = z.object({
  status: z.enum(['ok', 'stopping']),
  mapping: z
    .object({
      hash: z.string().describe('Digest of the mapping files in force, as the header X-Mapping names it'),
      loadedAt: z.iso.datetime(),
      refused: z
        .object({ at: z.iso.datetime(), findings: z.array(z.string()) })
        .optional()
        .describe('An edit of the mapping files that cannot be used; the last good version stays in force'),
    })
    .optional()
    .describe('Only for requests with the API key'),
});

/** Answer of GET /livez. */
export const ProbeAnswer = z.object({ status: z.enum(['ok', 'stopping']) });

/** Answer of GET /openapi.json. */
export const OpenApiAnswer = z.looseObject({ openapi: z.string() });
