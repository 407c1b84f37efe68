import { isSupportedCountry } from 'libphonenumber-js';
import { z } from 'zod';
import { toApiKeys } from './api-key-list.ts';
import { apiVersions, defaultApiVersion } from '../crm/hubspot/transport/api-versions.ts';
import { defaultBodyLimits } from '../http/body/body-limits.ts';
import {
  headerName,
  identityHeader,
  httpUrl,
  maxBodyBytes,
  origin,
  proxyAddresses,
  redisUrl,
  size,
  trustedProxies,
  withoutTrailingSlashes,
  urlPath,
  integerBetween,
} from './setting-kinds.ts';
import { identityIndexSettings } from './identity-index-settings.ts';
import { findMappings, shippedMappingsDir } from './shipped-mappings.ts';

/** The variables, one schema each. `.env.example` lists the same names; a test compares the two. */
export const EnvironmentSchema = z.object({
  PORT: integerBetween(0, 65_535).prefault('3000'),
  HOST: z.string().optional(),
  BASE_PATH: urlPath.prefault(''),
  API_KEY: z.string().transform(toApiKeys).optional(),
  API_KEY_FILE: z.string().optional(),
  API_KEY_HEADER: headerName.prefault('X-API-Key'),
  HUBSPOT_ACCESS_TOKEN: z
    .string()
    .trim()
    .refine((token) => !/^bearer\b/i.test(token), 'must be the token alone, without "Bearer"')
    .refine(
      (token) => /^[!#-&(-_a-~]*$/.test(token),
      'must not contain whitespace, quotation marks or special characters',
    )
    .optional(),
  HUBSPOT_BASE_URL: httpUrl.prefault('https://api.hubapi.com').transform(withoutTrailingSlashes),
  HUBSPOT_API_VERSION: z.enum(apiVersions, { error: `must be ${apiVersions.join(', ')}` }).prefault(defaultApiVersion),
  HUBSPOT_RATE_LIMIT: integerBetween(1, 10_000).prefault('100'),
  HUBSPOT_SEARCH_RATE_LIMIT: integerBetween(1, 1_000).prefault('5'),
  HUBSPOT_SEARCH_COUNTED: z
    .enum(['response', 'arrival'], { error: 'must be response or arrival' })
    .prefault('response'),
  HUBSPOT_TIMEOUT_MS: integerBetween(100, 300_000).prefault('10000'),
  STOP_DELAY_MS: integerBetween(0, 600_000).prefault('0'),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  TRUST_PROXY: trustedProxies.optional(),
  REQUEST_TIMEOUT_MS: integerBetween(100, 3_600_000).prefault('55000'),
  MAPPINGS_DIR: z.string().prefault(shippedMappingsDir).transform(findMappings),
  DEFAULT_COUNTRY: z
    .string()
    .transform((text) => text.toUpperCase())
    .refine(isSupportedCountry, 'must be an ISO 3166 country of two letters, such as DE')
    .optional(),
  MAX_CONNECTIONS: integerBetween(1, 100_000).prefault('500'),
  BODY_LIMIT: size('20mb', maxBodyBytes),
  BODY_LIMIT_TOTAL: size('60mb'),
  MAX_ITEMS: integerBetween(1, 10_000_000).prefault(String(defaultBodyLimits.maxItems)),
  MAX_FIELDS: integerBetween(1, 1_000_000).prefault(String(defaultBodyLimits.maxFields)),
  MAX_VALUES: integerBetween(1, 100_000_000).prefault(String(defaultBodyLimits.maxValues)),
  MAX_DEPTH: integerBetween(5, 1_000).prefault(String(defaultBodyLimits.maxDepth)),
  MATCH_EXTRA_SEARCHES: integerBetween(0, 10_000).prefault('20'),
  CACHE_MAX: integerBetween(1, 10_000_000).prefault('100000'),
  CACHE_TTL_S: integerBetween(1, 31_536_000).prefault('86400'),
  ...identityIndexSettings,
  REDIS_URL: redisUrl.optional(),
  REDIS_TLS_CA: z.string().optional(),
  REPLICAS: integerBetween(1, 1_000).prefault('1'),
  INSTANCE: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must consist of letters, digits, dots, underscores and hyphens')
    .optional(),
  ADMIN_PORT: integerBetween(0, 65_535).optional(),
  ADMIN_HOST: z.string().prefault('127.0.0.1'),
  CONSOLE: z.enum(['on', 'off'], { error: 'must be on or off' }).optional(),
  CONSOLE_URL: origin.optional(),
  CONSOLE_USERS: z.string().optional(),
  CONSOLE_TRUSTED_HEADER: identityHeader.optional(),
  CONSOLE_TRUSTED_PROXIES: proxyAddresses.optional(),
  CAPTURE: z.enum(['off', 'errors', 'all'], { error: 'must be off, errors or all' }).prefault('errors'),
  CAPTURE_DIR: z.string().prefault('captures'),
  CAPTURE_PERSONAL_DATA: z.enum(['redact', 'keep'], { error: 'must be redact or keep' }).prefault('redact'),
  CAPTURE_SECRET: z.string().min(16, 'must have 16 characters or more').optional(),
  CAPTURE_MAX_FILES: integerBetween(1, 1_000_000).prefault('1000'),
  CAPTURE_MAX_SIZE: size('200mb'),
  CAPTURE_MAX_AGE_DAYS: integerBetween(1, 3_650).prefault('14'),
  DATA_DIR: z.string().prefault('data'),
  JOURNAL: z.enum(['on', 'off'], { error: 'must be on or off' }).prefault('on'),
  JOURNAL_MAX_AGE_DAYS: integerBetween(1, 3_650).prefault('30'),
  JOURNAL_MAX_SIZE: size('500mb'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .prefault('info'),
  LOG_FORMAT: z.enum(['auto', 'json', 'pretty'], { error: 'must be auto, json or pretty' }).prefault('auto'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.transform(withoutTrailingSlashes).optional(),
  PUBLIC_URL: httpUrl.transform(withoutTrailingSlashes).optional(),
  ENGINY_API_KEY: z.string().optional(),
  ENGINY_API_URL: httpUrl.prefault('https://openapi.enginy.ai').transform(withoutTrailingSlashes),
  SANDBOX: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .transform((text) => text === 'true')
    .optional(),
  NODE_ENV: z.string().optional(),
});

export type ParsedEnvironment = z.infer<typeof EnvironmentSchema>;
