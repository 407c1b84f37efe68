import type { LiveMark } from '../html/status-mark.ts';
import { shortTime } from '../html/time-tag.ts';
import { type Arrivals, isFine } from '../live/arrivals.ts';

/** What Enginy's documentation asks to be tried, in its order, and what Enginy does when it exports. */
const steps: readonly (readonly [endpoint: string, step: string])[] = [
  ['GET /health', 'Test the connection'],
  ['GET /users', 'Read the users who can own records'],
  ['POST /companies/sync', 'Find companies'],
  ['POST /contacts/sync', 'Find contacts'],
  ['POST /companies', 'Create companies'],
  ['POST /contacts', 'Create contacts'],
  ['PUT /companies', 'Update companies'],
  ['PUT /contacts', 'Update contacts'],
  ['POST /associations', 'Link contacts with companies'],
  ['POST /activities', 'Log an activity'],
  ['POST /tasks', 'Create a task'],
  ['POST /tasks/batch', 'Read tasks'],
  ['PATCH /tasks/batch', 'Complete tasks'],
];

export interface ChecklistStep {
  readonly endpoint: string;
  readonly step: string;
  readonly mark: LiveMark;
}

/** Enginy's checklist, ticked as its requests arrive. */
export function readChecklist(arrivals: Pick<Arrivals, 'of'>): readonly ChecklistStep[] {
  return steps.map(([endpoint, step]) => ({ endpoint, step, mark: markOf(endpoint, arrivals) }));
}

/** `3 of 13 steps seen`. */
export function describeProgress(checklist: readonly ChecklistStep[]): string {
  const done = checklist.filter(({ mark }) => mark.status === 'good').length;
  return `${done} of ${checklist.length} steps done`;
}

function markOf(endpoint: string, arrivals: Pick<Arrivals, 'of'>): LiveMark {
  const name = `step.${endpoint}`;
  const arrival = arrivals.of(endpoint);
  if (arrival === undefined) return { name, status: 'off', words: 'not seen yet' };
  const { at, status } = arrival;
  return isFine(arrival)
    ? { name, status: 'good', words: `answered ${status} at ${shortTime(at)}` }
    : { name, status: 'bad', words: `answered ${status} at ${shortTime(at)}` };
}
