import { z } from 'zod';

/** Answer of GET /health. */
export const HealthAnswer = z.object({
  status: z.literal('ok'),
  sandbox: z.literal(true).optional().describe('Present while an embedded CRM stands in for HubSpot'),
});

/** Answer of GET /livez and /readyz. */
export const ProbeAnswer = z.object({ status: z.enum(['ok', 'stopping']) });

/** Answer of GET /openapi.json. */
export const OpenApiAnswer = z.looseObject({ openapi: z.string() });
