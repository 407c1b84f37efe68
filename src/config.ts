import { sandboxKey } from './settings/api-key-list.ts';
import type { ApiVersion } from './crm/hubspot/transport/api-versions.ts';
import type { Environment, UnusedSettings } from './environment.ts';
import type { BodyLimits } from './http/body/body-limits.ts';
import {
  type AdminConfig,
  adminOf,
  type ConsoleConfig,
  consoleMistakes,
  consoleOf,
} from './settings/console-settings.ts';
import { replicaName } from './replica-name.ts';
import { EnvironmentSchema, type ParsedEnvironment } from './settings/environment-schema.ts';
import { type IdentityIndexConfig, identityIndexOf } from './settings/identity-index-settings.ts';
import { describeSlips, type GivenSettings, signsOfAccount } from './settings/setting-slips.ts';
import { counted } from './counted.ts';

/** Every mistake found in the environment, one line each. Thrown only at startup. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${counted(problems.length, 'problem')}:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

export interface Config {
  /** Talk to the embedded CRM instead of HubSpot. */
  readonly isSandbox: boolean;
  /** '' or a path such as `/enginy`, without a slash at its end. */
  readonly basePath: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** `header` in lower case, as Node gives header names. */
  readonly auth: {
    readonly header: string;
    readonly keys: readonly string[];
    /** Holds the keys instead; read again on SIGHUP. */
    readonly keyFile: string | undefined;
  };
  /** Paths of PEM files. Undefined: the bridge serves HTTP, behind a proxy that terminates HTTPS. */
  readonly tls:
    | {
        /** The certificate, followed by its intermediate certificates. */
        readonly cert: string;
        /** Its private key, without a passphrase. */
        readonly key: string;
      }
    | undefined;
  /** A number of proxies, or their addresses; undefined: none. */
  readonly trustProxy: number | readonly string[] | undefined;
  /** Time between a stop signal and the moment at which no more connections are accepted. */
  readonly stopDelayMs: number;
  /** Connections beyond this are closed immediately. */
  readonly maxConnections: number;
  readonly hubspot: {
    /** Empty in sandbox mode: the embedded CRM gives its own. */
    readonly accessToken: string;
    readonly baseUrl: string;
    readonly apiVersion: ApiVersion;
    readonly burstPerTenSeconds: number;
    readonly searchPerSecond: number;
    /** When HubSpot is believed to count a search; see lanes.ts. */
    readonly searchCounted: 'response' | 'arrival';
    /** The share of the limits that the identity index may use while no request needs them. */
    readonly backgroundShare: number;
    readonly timeoutMs: number;
  };
  readonly requestTimeoutMs: number;
  readonly mappingsDir: string;
  /** ISO 3166 code for phone numbers written without a prefix. */
  readonly defaultCountry: string | undefined;
  readonly bodyLimits: BodyLimits;
  readonly extraSearches: number;
  readonly cache: { readonly max: number; readonly ttlMs: number };
  /** Undefined: every value is searched for. */
  readonly identityIndex: IdentityIndexConfig | undefined;
  /** Undefined: this process is alone with HubSpot's limits. */
  readonly replicas:
    | {
        readonly redisUrl: string;
        /** A file with the certificate authorities that may have signed its certificate. */
        readonly redisCaFile: string | undefined;
        /** How many replicas are expected until Redis is first reached. */
        readonly expected: number;
        /** The name of this replica. */
        readonly name: string;
      }
    | undefined;
  /** Where metrics are served; undefined: nowhere. */
  readonly admin: AdminConfig | undefined;
  /** Undefined: no console. */
  readonly console: ConsoleConfig | undefined;
  /** Undefined: no captures. */
  readonly capture:
    | {
        readonly mode: 'errors' | 'all';
        readonly dir: string;
        readonly personalData: 'redact' | 'keep';
        readonly secret: string | undefined;
        readonly limits: { readonly maxFiles: number; readonly maxBytes: number; readonly maxAgeMs: number };
      }
    | undefined;
  /** Undefined: no journal. */
  readonly journal:
    | {
        readonly dir: string;
        readonly secret: string | undefined;
        readonly limits: { readonly maxAgeMs: number; readonly maxBytes: number };
      }
    | undefined;
  /** Where Enginy reaches the bridge; used only by `doctor`, like the next one. */
  readonly publicUrl: string | undefined;
  readonly enginy: { readonly apiUrl: string; readonly apiKey: string | undefined };
  readonly logLevel: ParsedEnvironment['LOG_LEVEL'];
  readonly logFormat: ParsedEnvironment['LOG_FORMAT'];
  /** Where traces are sent, as OTLP over HTTP; undefined: nowhere. */
  readonly traceEndpoint: string | undefined;
}

const nothingUnused: UnusedSettings = { empty: [], unreadLines: [] };

/**
 * Turns the environment into a frozen configuration.
 * @param unused what was given but sets nothing; the embedded CRM starts only if none of it looks like a HubSpot account.
 * @throws ConfigError with every problem at once, one line each, never a value of a secret.
 */
export function loadConfig(environment: Environment, unused: UnusedSettings = nothingUnused): Config {
  const given: GivenSettings = { ...unused, environment, known: Object.keys(EnvironmentSchema.shape) };
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ''));
  const parsed = EnvironmentSchema.safeParse(present);
  const problems = parsed.success
    ? crossChecks(parsed.data, given)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  if (!parsed.success || problems.length > 0) throw new ConfigError([...problems, ...furtherSlips(problems, given)]);
  return freezeConfig(parsed.data);
}

/** Warnings for the log at startup: connections that others on the network can read. */
export function connectionWarnings({ hubspot }: Config): readonly string[] {
  const { protocol, hostname } = new URL(hubspot.baseUrl);
  const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (protocol === 'https:' || isLocal) return [];
  return ['HUBSPOT_BASE_URL is not encrypted: the access token and all records are sent in clear text'];
}

/** Warnings for the log at startup: names that resemble settings, and lines of `.env` that set nothing. */
export function settingWarnings(environment: Environment, unused: UnusedSettings): readonly string[] {
  return describeSlips({ ...unused, environment, known: Object.keys(EnvironmentSchema.shape) });
}

/** A value may be missing because its name is misspelled. */
function furtherSlips(problems: readonly string[], given: GivenSettings): readonly string[] {
  return describeSlips(given).filter((slip) => !problems.some((problem) => problem.includes(slip)));
}

const sandboxAdvice = '(to run the embedded CRM, which stores nothing permanently, set SANDBOX=true)';

function crossChecks(env: ParsedEnvironment, given: GivenSettings): string[] {
  if (env.HUBSPOT_ACCESS_TOKEN !== undefined) {
    return [
      ...commonMistakes(env),
      ...(env.API_KEY === undefined && env.API_KEY_FILE === undefined
        ? ['API_KEY is missing: choose a long random text and enter the same in Enginy']
        : []),
      ...(env.API_KEY?.includes(sandboxKey) ? [`API_KEY must not be ${sandboxKey}, which is publicly known`] : []),
      ...(env.SANDBOX ? ['SANDBOX is true although HUBSPOT_ACCESS_TOKEN is set: remove one of them'] : []),
    ];
  }
  if (env.SANDBOX) return commonMistakes(env);
  const signs = signsOfAccount(given);
  if (env.SANDBOX === false) signs.push('SANDBOX is false');
  if (env.NODE_ENV === 'production') signs.push('NODE_ENV is production');
  if (signs.length === 0) return commonMistakes(env);
  return [`HUBSPOT_ACCESS_TOKEN is missing: ${signs.join(', ')} ${sandboxAdvice}`];
}

function commonMistakes(env: ParsedEnvironment): string[] {
  const hasBoth = env.API_KEY !== undefined && env.API_KEY_FILE !== undefined;
  return [
    ...(hasBoth ? ['API_KEY and API_KEY_FILE are both set: remove one of them'] : []),
    ...(env.TLS_CERT !== undefined && env.TLS_KEY === undefined ? ['TLS_KEY is missing: TLS_CERT is set'] : []),
    ...(env.TLS_KEY !== undefined && env.TLS_CERT === undefined ? ['TLS_CERT is missing: TLS_KEY is set'] : []),
    ...(env.REPLICAS > 1 && env.REDIS_URL === undefined
      ? ['REPLICAS is set but REDIS_URL is not: without Redis replicas share no limits']
      : []),
    ...(env.REDIS_TLS_CA !== undefined && env.REDIS_URL?.startsWith('rediss:') !== true
      ? ['REDIS_TLS_CA is set but REDIS_URL is not a rediss:// address']
      : []),
    ...consoleMistakes(env),
    ...(env.BODY_LIMIT_TOTAL < env.BODY_LIMIT ? ['BODY_LIMIT_TOTAL must be at least BODY_LIMIT'] : []),
  ];
}

function freezeConfig(env: ParsedEnvironment): Config {
  const isSandbox = env.HUBSPOT_ACCESS_TOKEN === undefined;
  return Object.freeze({
    isSandbox,
    basePath: env.BASE_PATH,
    listen: Object.freeze({ host: env.HOST ?? (isSandbox ? '127.0.0.1' : '0.0.0.0'), port: env.PORT }),
    auth: Object.freeze({
      header: env.API_KEY_HEADER.toLowerCase(),
      keys: Object.freeze(env.API_KEY ?? (env.API_KEY_FILE === undefined ? [sandboxKey] : [])),
      keyFile: env.API_KEY_FILE,
    }),
    hubspot: Object.freeze({
      accessToken: env.HUBSPOT_ACCESS_TOKEN ?? '',
      baseUrl: env.HUBSPOT_BASE_URL,
      apiVersion: env.HUBSPOT_API_VERSION,
      burstPerTenSeconds: env.HUBSPOT_RATE_LIMIT,
      searchPerSecond: env.HUBSPOT_SEARCH_RATE_LIMIT,
      searchCounted: env.HUBSPOT_SEARCH_COUNTED,
      backgroundShare: env.INDEX_SHARE / 100,
      timeoutMs: env.HUBSPOT_TIMEOUT_MS,
    }),
    tls:
      env.TLS_CERT === undefined || env.TLS_KEY === undefined
        ? undefined
        : Object.freeze({ cert: env.TLS_CERT, key: env.TLS_KEY }),
    trustProxy: env.TRUST_PROXY,
    stopDelayMs: env.STOP_DELAY_MS,
    maxConnections: env.MAX_CONNECTIONS,
    requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    mappingsDir: env.MAPPINGS_DIR,
    defaultCountry: env.DEFAULT_COUNTRY,
    bodyLimits: Object.freeze({
      maxBytes: env.BODY_LIMIT,
      maxBytesInProgress: env.BODY_LIMIT_TOTAL,
      maxItems: env.MAX_ITEMS,
      maxFields: env.MAX_FIELDS,
      maxValues: env.MAX_VALUES,
      maxDepth: env.MAX_DEPTH,
    }),
    admin: adminOf(env, isSandbox),
    console: consoleOf(env, isSandbox),
    extraSearches: env.MATCH_EXTRA_SEARCHES,
    cache: Object.freeze({ max: env.CACHE_MAX, ttlMs: env.CACHE_TTL_S * 1000 }),
    identityIndex: identityIndexOf(env, isSandbox),
    replicas: replicasOf(env),
    capture: captureOf(env),
    journal: journalOf(env),
    publicUrl: env.PUBLIC_URL,
    enginy: Object.freeze({ apiUrl: env.ENGINY_API_URL, apiKey: env.ENGINY_API_KEY }),
    logLevel: env.LOG_LEVEL,
    logFormat: env.LOG_FORMAT,
    traceEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  });
}

function replicasOf(env: ParsedEnvironment): Config['replicas'] {
  if (env.REDIS_URL === undefined) return undefined;
  return Object.freeze({
    redisUrl: env.REDIS_URL,
    redisCaFile: env.REDIS_TLS_CA,
    expected: env.REPLICAS,
    name: replicaName(env.INSTANCE),
  });
}

function journalOf(env: ParsedEnvironment): Config['journal'] {
  if (env.JOURNAL === 'off') return undefined;
  return Object.freeze({
    dir: env.DATA_DIR,
    secret: env.CAPTURE_SECRET,
    limits: Object.freeze({
      maxAgeMs: env.JOURNAL_MAX_AGE_DAYS * 86_400_000,
      maxBytes: env.JOURNAL_MAX_SIZE,
    }),
  });
}

function captureOf(env: ParsedEnvironment): Config['capture'] {
  if (env.CAPTURE === 'off') return undefined;
  return Object.freeze({
    mode: env.CAPTURE,
    dir: env.CAPTURE_DIR,
    personalData: env.CAPTURE_PERSONAL_DATA,
    secret: env.CAPTURE_SECRET,
    limits: Object.freeze({
      maxFiles: env.CAPTURE_MAX_FILES,
      maxBytes: env.CAPTURE_MAX_SIZE,
      maxAgeMs: env.CAPTURE_MAX_AGE_DAYS * 86_400_000,
    }),
  });
}
