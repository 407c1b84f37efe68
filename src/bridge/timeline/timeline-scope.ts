import type { CallContext, Crm } from '../../crm/crm.ts';
import { NotSupportedError } from '../../errors.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import type { ActivityMapping } from '../../mapping/schema/activity-mapping.ts';
import type { TaskMapping } from '../../mapping/schema/task-mapping.ts';
import type { KeyedLock } from '../concurrency/keyed-lock.ts';
import type { ManagedProperties } from '../properties/managed-property.ts';
import type { RecordIdCache } from '../matching/record-id-cache.ts';
import type { CompletedTasks } from './completed-tasks.ts';
import type { EngagementMarker } from './engagement-marker.ts';
import type { OwnerDirectory } from './owner-directory.ts';
import type { PortalTimeZone } from './portal-time-zone.ts';

/** What activities and tasks need, shared by all requests. */
export interface TimelineDeps {
  /** Requests about one record each share its batch calls. */
  readonly batchingCrm: Crm;
  readonly idCache: RecordIdCache;
  readonly lock: KeyedLock;
  /** Creates of this process that are under way, by their name of the lock; undefined of one that fails. */
  readonly createsUnderWay: Map<string, Promise<{ readonly id: string } | undefined>>;
  readonly managedProperties: ManagedProperties;
  readonly owners: OwnerDirectory;
  readonly completedTasks: CompletedTasks;
  readonly engagement: EngagementMarker;
  readonly portalTimeZone: PortalTimeZone;
  /** The wall clock, in milliseconds since 1970. */
  readonly clock: () => number;
}

/** One request for activities or tasks: the active mapping files, and until when its calls may run. */
export interface TimelineScope extends TimelineDeps {
  readonly mappings: Mappings;
  readonly context: CallContext;
}

/** The part that reading needs. */
export type ReadScope = Pick<TimelineScope, 'batchingCrm' | 'completedTasks' | 'mappings' | 'context'>;

/** @throws NotSupportedError when there is no mapping file for activities. */
export function activityMapping({ mappings }: Pick<TimelineScope, 'mappings'>): ActivityMapping {
  if (mappings.activities === undefined) throw new NotSupportedError('There is no mapping file for activities');
  return mappings.activities;
}

/** @throws NotSupportedError when there is no mapping file for tasks. */
export function taskMapping({ mappings }: Pick<TimelineScope, 'mappings'>): TaskMapping {
  if (mappings.tasks === undefined) throw new NotSupportedError('There is no mapping file for tasks');
  return mappings.tasks;
}
