import type { Config } from '../config.ts';
import type { Crm } from '../crm/crm.ts';
import type { Pacer } from '../crm/pacer.ts';
import type { Journal } from '../journal/journal.ts';
import type { LiveMappings } from '../live-mappings.ts';
import type { Logger } from '../logger.ts';

/** What the screens read. None of it may be shown as it is: settings contain secrets. */
export interface ConsoleSources {
  readonly config: Config;
  readonly log: Logger;
  readonly mappings: Pick<LiveMappings, 'current' | 'state'>;
  readonly pacer: Pick<Pacer, 'state'>;
  readonly crm: Crm;
  /** Undefined: JOURNAL is off. */
  readonly journal: Journal | undefined;
}
