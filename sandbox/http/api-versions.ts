import { formatInstant } from '../clock.ts';
import type { LimitName } from '../limits.ts';
import { type Answer, jsonType } from './answer.ts';
import type { CallKind } from './call-kind.ts';

/** The versions of HubSpot's API, all served at once. */
export const apiVersions = ['v3', '2026-03', '2026-09'] as const;
export type ApiVersion = (typeof apiVersions)[number];

export interface ApiPaths {
  readonly objects: string;
  readonly properties: string;
  readonly links: string;
  readonly recordLinks: string;
  readonly owners: string;
  readonly account: string;
}

export function pathsOf(version: ApiVersion): ApiPaths {
  if (version === 'v3') {
    return {
      objects: '/crm/v3/objects/:objectType',
      properties: '/crm/v3/properties/:objectType',
      links: '/crm/v4/associations/:from/:to',
      recordLinks: '/crm/v4/objects/:from/:fromId/associations',
      owners: '/crm/v3/owners',
      account: '/account-info/v3',
    };
  }
  return {
    objects: `/crm/objects/${version}/:objectType`,
    properties: `/crm/properties/${version}/:objectType`,
    links: `/crm/associations/${version}/:from/:to`,
    recordLinks: `/crm/objects/${version}/:from/:fromId/associations`,
    owners: `/crm/owners/${version}`,
    account: `/account-info/${version}`,
  };
}

interface RoutedCall {
  readonly kind: CallKind;
  readonly lane: LimitName;
  readonly now: number;
}

/**
 * A v3 answer as a version gives it. Dated versions answer 200 with a body when they remove links. 2026-09 lists errors in an
 * ordinary 200 or 201 instead of a 207 (its documents), except for properties (its release notes).
 */
export function answerOf(version: ApiVersion, call: RoutedCall, answer: Answer): Answer {
  if (version === 'v3') return answer;
  const isLinkBatch = call.lane === 'associations';
  if (isLinkBatch && answer.status === 204) return { status: 200, ...emptyBatch(call.now) };
  if (version !== '2026-09') return answer;
  if (isLinkBatch && answer.status < 300) return { ...answer, status: 200 };
  if (answer.status !== 207 || call.kind === 'write-properties') return answer;
  return { ...answer, status: call.kind === 'batch-create' ? 201 : 200 };
}

function emptyBatch(now: number): Pick<Answer, 'text' | 'contentType'> {
  const time = formatInstant(now);
  return {
    text: JSON.stringify({ status: 'COMPLETE', results: [], startedAt: time, completedAt: time }),
    contentType: jsonType,
  };
}
