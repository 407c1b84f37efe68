import type { Check } from '../check.ts';
import { activityChecks } from './activity-checks.ts';
import { associationChecks } from './association-checks.ts';
import { createChecks } from './create-checks.ts';
import { protocolChecks } from './protocol-checks.ts';
import { companies, contacts } from './record-kind.ts';
import { syncChecks } from './sync-checks.ts';
import { taskChecks } from './task-checks.ts';
import { updateChecks } from './update-checks.ts';
import { userChecks } from './user-checks.ts';

/** Every check, in the order of an export: later ones use what earlier ones created. */
export const allChecks: readonly Check[] = [
  ...protocolChecks,
  ...userChecks,
  ...[companies, contacts].flatMap((kind) => [...createChecks(kind), ...syncChecks(kind), ...updateChecks(kind)]),
  ...associationChecks,
  ...taskChecks,
  ...activityChecks,
];
