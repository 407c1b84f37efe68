import { personalKindOf } from '../records/personal-id.ts';

/** A request of the journal. */
export interface RequestPlace {
  readonly requestId: string;
  /** A caller may send an id twice; the position distinguishes the requests. */
  readonly position: number;
}

/** No request has this id: the position alone says which one it is. */
export const hiddenId = '~';

/** The permanent address of a request. */
export function requestPath({ requestId, position }: RequestPlace): string {
  return `${requestPathById(requestId)}?at=${position}`;
}

/** An id that reads as a phone number is in no address, nor one that browsers take for a part of the path. */
function canBeInAddress(requestId: string): boolean {
  return personalKindOf(requestId) === undefined && !/^\.{1,2}$/.test(requestId);
}

/** Where a search for an id leads: to the newest request that has it, and its page names the others. */
export function pathById({ requestId, position }: RequestPlace): string {
  return canBeInAddress(requestId) ? requestPathById(requestId) : requestPath({ requestId, position });
}

/** The part before the position, to which its forms add what they do. */
export function requestPathById(requestId: string): string {
  return `/console/requests/${canBeInAddress(requestId) ? encodeURIComponent(requestId) : hiddenId}`;
}
