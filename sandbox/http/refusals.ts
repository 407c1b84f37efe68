import type { PolicyName } from '../limits.ts';
import type { Switches } from '../switches.ts';
import { type Answer, htmlPage } from './answer.ts';
import { errorBody, type Problem } from './problem-body.ts';

/** Refusals that are sent before a handler runs, in their recorded forms. */

export function unauthorized(correlationId: string): Answer {
  return {
    status: 401,
    headers: { 'x-hubspot-auth-failure': '401 Unauthorized', 'www-authenticate': 'Bearer' },
    body: errorBody(
      {
        status: 401,
        category: 'INVALID_AUTHENTICATION',
        message:
          'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
      },
      correlationId,
    ),
  };
}

/** What the body of a refusal depends on. */
export interface RefusedCall {
  readonly correlationId: string;
  readonly switches: Switches;
  readonly portalId: number;
}

const policyWords: Record<PolicyName, string> = {
  TEN_SECONDLY_ROLLING: 'ten_secondly_rolling',
  SECONDLY: 'secondly',
  DAILY: 'daily',
};

/** Note `errorType` where other errors have `category`; an older form has `category: RATE_LIMITS` and no policy. */
export function rateLimited(policyName: PolicyName, { correlationId, switches, portalId }: RefusedCall): Answer {
  const message = `You have reached your ${policyWords[policyName]} limit.`;
  return {
    status: 429,
    body:
      switches.rateLimitBody === 'category'
        ? { status: 'error', message, correlationId, category: 'RATE_LIMITS' }
        : {
            status: 'error',
            message,
            errorType: 'RATE_LIMIT',
            correlationId,
            policyName,
            requestId: correlationId.replaceAll('-', ''),
            groupName: `publicapi:private-apps-api-calls-${policyWords[policyName].replaceAll('_', '-')}:${portalId}`,
          },
  };
}

export function wrongPath(): Answer {
  return htmlPage(404, '404 Not Found');
}

export function uriTooLong(): Answer {
  return htmlPage(414, '414 Request-URI Too Large');
}

export function wrongMethod(correlationId: string): Answer {
  return { status: 405, body: errorBody({ status: 405, message: 'HTTP 405 Method Not Allowed' }, correlationId) };
}

export function wrongMediaType(correlationId: string): Answer {
  return { status: 415, body: errorBody({ status: 415, message: 'HTTP 415 Unsupported Media Type' }, correlationId) };
}

/** A body for a status asked for by a fault, as HubSpot or the edge before it would send. */
export function answerOfStatus(status: number, call: RefusedCall): Answer {
  const { correlationId } = call;
  if (status === 401) return unauthorized(correlationId);
  if (status === 429) return rateLimited('TEN_SECONDLY_ROLLING', call);
  if (status === 414) return uriTooLong();
  if (status === 502 || status === 504 || status >= 520)
    return htmlPage(status, `${status} ${edgeWords[status] ?? 'Error'}`);
  const problem = problems[status] ?? { message: 'internal error' };
  return {
    status,
    // A portal that moves between data centers says when to retry; it may be a day.
    ...(status === 477 && { headers: { 'retry-after': '86400' } }),
    body: errorBody({ status, ...problem }, correlationId),
  };
}

const problems: Readonly<Record<number, Omit<Problem, 'status'>>> = {
  400: { message: 'There was a problem with the request.', category: 'VALIDATION_ERROR' },
  403: {
    message: 'The user that created this token does not have permission to make this call.',
    category: 'USER_DOES_NOT_HAVE_PERMISSIONS',
  },
  404: { message: 'resource not found', category: 'OBJECT_NOT_FOUND' },
  409: { message: 'Contact already exists.', category: 'CONFLICT' },
  423: { message: 'The record is locked by another write. Try again later.' },
  477: { message: 'The account is being moved between data hosting locations.', category: 'MIGRATION_IN_PROGRESS' },
  500: { message: 'internal error' },
  503: { message: 'The service is temporarily unavailable.' },
};

const edgeWords: Readonly<Record<number, string>> = {
  502: 'Bad Gateway',
  504: 'Gateway Time-out',
  521: 'Web server is down',
  522: 'Connection timed out',
  523: 'Origin is unreachable',
  524: 'A timeout occurred',
  525: 'SSL handshake failed',
  526: 'Invalid SSL certificate',
  530: 'Origin DNS error',
};
