import { contextValues, type HubSpotError } from '../transport/error-body.ts';

/** Whether another record already has a value that must be unique. */
export function isConflict(error: HubSpotError): boolean {
  return (
    error.category === 'CONFLICT' ||
    error.code === 'CONFLICTING_UNIQUE_VALUE' ||
    /already (exists|has that value)/i.test(error.message)
  );
}

/** Id of the record that already has the value: in the context, or else in the message. */
export function existingIdIn(error: HubSpotError): string | undefined {
  const [inContext] = contextValues(error, 'existingId');
  if (inContext !== undefined && /^\d{1,20}$/.test(inContext)) return inContext;
  for (const { message } of [error, ...error.errors]) {
    const id = /\bexisting id:?\s*(\d{1,20})\b/i.exec(message)?.[1];
    if (id !== undefined) return id;
  }
  return coordinatesIn(error)?.holderId;
}

export interface Coordinates {
  readonly property: string;
  readonly value: string;
  /** The record being written. */
  readonly writtenId: string;
  /** The record that has the value. */
  readonly holderId: string;
}

/** "Cannot set PropertyValueCoordinates{…, propertyName=email, value=x} on A. B already has that value." */
export function coordinatesIn(error: HubSpotError): Coordinates | undefined {
  const pattern =
    /PropertyValueCoordinates\{.*?propertyName=([^,}\s]+),\s*value=(.*?)\}\s*on\s+(\d+)\.\s*(\d+)\s+already/is;
  for (const { message } of [error, ...error.errors]) {
    const [, property, value, writtenId, holderId] = pattern.exec(message) ?? [];
    if (property !== undefined && value !== undefined && writtenId !== undefined && holderId !== undefined) {
      return { property, value, writtenId, holderId };
    }
  }
  return undefined;
}
