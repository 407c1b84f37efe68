import type { Config } from '../config.ts';
import type { Crm, ObservedLimits } from '../crm/crm.ts';
import type { Pacer } from '../crm/pacing/pacer.ts';
import type { IndexState } from '../bridge/identity-index.ts';
import type { Journal } from '../journal/journal.ts';
import type { LiveMappings } from '../live-mappings.ts';
import type { Logger } from '../logger.ts';
import type { ReplicaBoard } from '../replicas/replica-board.ts';
import type { ConsoleThreads } from './archive/open-threads.ts';
import type { EmbeddedCrm } from './data/crm-data.ts';
import type { Arrivals } from './live/arrivals.ts';
import type { HourHistory } from './live/hour-history.ts';
import type { HubSpotPulse } from './live/hubspot-pulse.ts';
import type { ProblemMarks } from './problems/problem-marks.ts';

/** What the console reads of the bridge that it belongs to. */
export interface BridgeParts {
  readonly mappings: Pick<LiveMappings, 'current' | 'state'>;
  readonly pacer: Pick<Pacer, 'state'>;
  readonly crm: Crm;
  /** Where the bridge itself listens. */
  ownUrl(): string;
  /** The accepted API keys. Only their fingerprints may be shown. */
  readonly apiKeys: () => readonly string[];
  /** Undefined: JOURNAL is off. */
  readonly journal: Journal | undefined;
  /** Undefined: CAPTURE is off. */
  readonly capture: { readonly counts: { readonly written: number; readonly dropped: number } } | undefined;
  /** Undefined: there is no index. */
  readonly identityIndex: { state(): readonly IndexState[]; startFullPass(): void } | undefined;
  /** Undefined: this process is alone. */
  readonly redis: { readonly isUp: boolean; readonly lostCount: number } | undefined;
  /** Undefined: the bridge talks to HubSpot. */
  readonly embeddedCrm: EmbeddedCrm | undefined;
  /** False where its threads keep their normal priority. */
  readonly hasLowPriority: boolean;
  readonly board: Pick<ReplicaBoard, 'others' | 'hasDiffered'> | undefined;
}

/** What the screens read. None of it may be shown as it is: settings contain secrets. */
export interface ConsoleSources extends BridgeParts {
  readonly config: Config;
  readonly log: Logger;
  /** The last hour. */
  readonly history: HourHistory;
  readonly arrivals: Arrivals;
  readonly pulse: HubSpotPulse;
  /** What HubSpot's responses said about its limits. */
  limits(): ObservedLimits;
  readonly threads: ConsoleThreads;
  readonly marks: ProblemMarks;
}
