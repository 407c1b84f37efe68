import type { PropertyRules } from '../../mapping/run/property-name.ts';
import type { RequestScope } from '../request-scope.ts';
import type { PropertyCatalogue } from './property-catalogue.ts';
import type { PropertyCreationQueue } from './property-creation-queue.ts';

/** What finding and creating properties needs, shared by all requests. */
export interface PropertyDeps {
  readonly catalogue: PropertyCatalogue;
  readonly queue: PropertyCreationQueue;
  readonly rules: PropertyRules;
}

/** One request's view of the CRM's properties: which kind of record, and until when. */
export interface PropertyScope extends PropertyDeps, RequestScope {}
