import { createTask } from '../bridge/timeline/create-task.ts';
import { logActivity } from '../bridge/timeline/log-activity.ts';
import type { TimelineScope } from '../bridge/timeline/timeline-scope.ts';
import { ActivityBody } from '../contract/activities.ts';
import { checkBody } from '../contract/parse.ts';
import { TaskBody } from '../contract/tasks.ts';
import type { PropertyDefinition } from '../crm/crm.ts';
import { GatewayError } from '../errors.ts';
import type { HeldBack } from '../mapping/run/held-back.ts';
import { judgeDraft } from './judge-draft.ts';
import type { PretendedCreate } from './pretend-writing.ts';

/** What the bridge would do with one task or activity. The names are those of `explain --json`. */
export interface TimelineExplanation {
  readonly object: 'tasks' | 'activities';
  /** The CRM's object type; absent where nothing would be created. */
  readonly objectType?: string;
  readonly values: readonly { readonly property: string; readonly value: string }[];
  readonly links: readonly { readonly objectType: string; readonly id: string }[];
  readonly warnings: readonly string[];
  readonly heldBack: readonly HeldBack[];
  /** An earlier request created it: nothing would be written. */
  readonly isRepeat: boolean;
  /** Why nothing would be created. */
  readonly problem?: string;
}

export interface TimelineExplainScope {
  /** On a CRM that only pretends to write (pretend-writing.ts). */
  readonly scope: TimelineScope;
  /** What that CRM was asked to create. */
  readonly creates: readonly PretendedCreate[];
  /** Absent without a CRM: values are not checked against options and types. */
  readonly definitionsOf?: (objectType: string) => Promise<readonly PropertyDefinition[]>;
}

/** Explains one task or activity, using the code that serves requests. */
export async function explainTimeline(
  { scope, creates, definitionsOf }: TimelineExplainScope,
  object: TimelineExplanation['object'],
  body: unknown,
): Promise<TimelineExplanation> {
  const before = creates.length;
  try {
    const { answer, decision, isRepeat } =
      object === 'tasks'
        ? await createTask(scope, checkBody(TaskBody, body))
        : await logActivity(scope, checkBody(ActivityBody, body));
    const create = creates[before];
    const { properties = {}, links = [], objectType } = create ?? {};
    const definitions = objectType === undefined ? undefined : await definitionsOf?.(objectType);
    const known = definitions?.map(({ name }) => name) ?? [];
    // Properties that the bridge creates itself are missing until then.
    const judged = Object.fromEntries(Object.entries(properties).filter(([name]) => known.includes(name)));
    const listOwners = async () => await scope.owners.list(scope.context);
    const rejected =
      definitions === undefined ? [] : await judgeDraft({ properties: judged, sources: {} }, definitions, listOwners);
    return {
      object,
      ...(objectType !== undefined && { objectType }),
      values: Object.entries(properties).map(([property, value]) => ({ property, value })),
      links,
      warnings: answer.warnings ?? [],
      heldBack: [...decision.heldBack, ...rejected],
      isRepeat,
    };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { object, values: [], links: [], warnings: [], heldBack: [], isRepeat: false, problem: error.message };
  }
}
