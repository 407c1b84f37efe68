import { deadlineIn } from '../../crm/deadline.ts';
import { GatewayError } from '../../errors.ts';
import { checkLiveRows, type LiveFile } from '../../live-check/check-live.ts';
import type { ConsoleSources } from '../console-sources.ts';

/** The rows of the active mapping files beside the properties of HubSpot. */
export interface LiveMarks {
  readonly mapping: string;
  /** Milliseconds since 1970. */
  readonly checkedAt: number;
  readonly files: readonly LiveFile[];
  /** Labels in HubSpot: object type → property → label. */
  readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface LiveChecker {
  /** The last check; undefined before the first. */
  last(): LiveMarks | { readonly fault: string } | undefined;
  /** Reads HubSpot with lower priority than requests. */
  check(): Promise<LiveMarks | { readonly fault: string }>;
}

const checkMs = 30_000;

export function createLiveChecker({ crm, mappings }: ConsoleSources): LiveChecker {
  let last: LiveMarks | { readonly fault: string } | undefined;
  return {
    last: () => last,
    async check() {
      const active = mappings.current();
      const context = { requestId: 'console', urgency: 'bulk', deadline: deadlineIn(checkMs) } as const;
      try {
        const files = await checkLiveRows({ crm, context }, active);
        const labels: Record<string, Record<string, string>> = {};
        for (const objectType of new Set(files.map((file) => file.objectType))) {
          const definitions = await crm.readProperties(objectType, context);
          labels[objectType] = Object.fromEntries(definitions.map(({ name, label }) => [name, label]));
        }
        const marks = { mapping: active.hash, checkedAt: Date.now(), files, labels };
        last = marks;
        return marks;
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        const fault = { fault: error.message };
        last = fault;
        return fault;
      }
    },
  };
}
