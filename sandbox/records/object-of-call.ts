import type { Call } from '../http/call.ts';
import { Refusal } from '../http/problem-body.ts';
import { findObjectType } from '../object-types.ts';
import type { ObjectData } from '../portal.ts';

/** The object that a path names; HubSpot returns 400, not 404, for a name it does not know. */
export function objectOfCall({ portal, params }: Call, param = 'objectType'): ObjectData {
  const name = params[param] ?? '';
  const type = findObjectType(name);
  if (!type) throw new Refusal({ status: 400, message: `Unable to infer object type from: ${name}` });
  return portal.object(type.name);
}

/** A record id of a path or body; anything that is not a number is an id that no record has. */
export function recordId(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}
