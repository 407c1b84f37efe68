import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { optionalString } from '../http/read-json.ts';
import { conflict, invalid, type Problem, Refusal } from '../http/problem-body.ts';
import type { ObjectData, Portal } from '../portal.ts';
import {
  asCreated,
  type BatchEntry,
  batchAnswer,
  batchTextAnswer,
  inputId,
  inOwnOrder,
  type RawInput,
  readInputs,
  refuseDuplicates,
  traceIds,
} from './batch-call.ts';
import { finder, missingRecords, requireUnique } from './batch-read.ts';
import { type TakenValues, claim, conflictOnCreate, conflictOnUpdate } from './unique-conflicts.ts';
import { normalizeEmail } from './normalize.ts';
import { objectOfCall } from './object-of-call.ts';
import type { StoredRecord } from './record-store.ts';
import { createdText, updatedText, withFields } from './record-text.ts';
import { requireOnCreate, requireOnUpdate } from './requirements.ts';
import { isRefused, joinInvalidValues, type Values, validateProperties } from './validate-properties.ts';
import { createRecord, isPlanned, type PlannedCreate, planCreate, updateRecord } from './write-record.ts';

/** A checked input: `conflict` looks at unique values as they stand when it is asked, `apply` writes. */
interface Step {
  conflict(claims?: TakenValues): Problem | undefined;
  claim(claims: TakenValues): void;
  apply(): Written;
}

interface Written {
  readonly id: number;
  /** The record as JSON. */
  readonly text: string;
}

type Checked = Step | Problem | 'missing';

/** `POST …/batch/create`. */
export function batchCreate(call: Call): Answer {
  const { portal } = call;
  const object = objectOfCall(call);
  const inputs = readInputs(call, 100);
  if (!inputs) return asCreated(batchAnswer(portal, [], []));
  refuseRepeatedEmails(inputs);
  return asCreated(
    write(call, inputs, (input) => createStep(object, requireOnCreate(call, object, planCreate(object, input)))),
  );
}

/** `POST …/batch/update`. Unknown ids go into a 207 while the others are written. */
export function batchUpdate(call: Call): Answer {
  const { portal } = call;
  const object = objectOfCall(call);
  const inputs = readInputs(call, 100);
  if (!inputs) return batchAnswer(portal, [], []);
  refuseDuplicates(inputs.map((input) => keyOf(portal, input)));
  const written = inputs.filter((input) => !isOmitted(object, input));
  return write(call, written, (input) => {
    const record = finderOf(object, input)(inputId(input));
    if (!record) return 'missing';
    const values = validateProperties(object, input.properties, 'update');
    return updateStep(object, record, requireOnUpdate(call, { object, record }, values));
  });
}

/** `POST …/batch/upsert` by a unique property; results say which records are `new`. */
export function batchUpsert(call: Call): Answer {
  const { portal } = call;
  const object = objectOfCall(call);
  const inputs = readInputs(call, 100);
  if (!inputs) return batchAnswer(portal, [], []);
  for (const input of inputs)
    if (optionalString(input, 'idProperty') === undefined)
      throw new Refusal(invalid('idProperty is required for upsert'));
  refuseDuplicates(inputs.map((input) => keyOf(portal, input)));
  return write(call, inputs, (input) => upsertStep(call, object, input));
}

/** Without trace ids, the first bad input causes the whole call to be rejected; with them, each input succeeds or fails on its own. */
function write(call: Call, inputs: readonly RawInput[], check: (input: RawInput) => Checked): Answer {
  const { portal } = call;
  const object = objectOfCall(call);
  const traces = traceIds(inputs);
  const done: Written[] = [];
  const echoes = portal.switches.traceIdEcho === 'echo';
  const errors: BatchEntry[] = [];
  if (traces) {
    for (const [at, input] of inputs.entries()) {
      const traceId = traces[at];
      const step = check(input);
      const problem =
        step === 'missing' ? missingRecords(object, [inputId(input)]) : isStep(step) ? step.conflict() : step;
      if (problem) errors.push({ problem, traceId });
      else if (isStep(step)) {
        const written = step.apply();
        done.push(echoes ? withAnswerFields(written, { objectWriteTraceId: traceId }) : written);
      }
    }
  } else {
    const { steps, missing } = planAll(call, inputs, check);
    for (const step of steps) done.push(step.apply());
    if (missing.length > 0) errors.push({ problem: missingRecords(object, missing) });
  }
  const results = inOwnOrder(portal, done, ({ id }) => id).map(({ text }) => text);
  return batchTextAnswer(portal, results, errors);
}

/** Checks every input before anything is written. Invalid values are all reported, of other problems the first one. */
function planAll(call: Call, inputs: readonly RawInput[], check: (input: RawInput) => Checked): Plan {
  const checked = inputs.map((input) => ({ input, step: check(input) }));
  const problems = checked.map(({ step }) => step).filter(isProblem);
  const [first] = problems;
  if (first) throw new Refusal(joinInvalidValues(call.portal, problems) ?? first);
  const claims: TakenValues = new Map();
  const steps = checked.map(({ step }) => step).filter(isStep);
  for (const step of steps) {
    const problem = step.conflict(claims);
    if (problem) throw new Refusal(problem);
    step.claim(claims);
  }
  return { steps, missing: checked.filter(({ step }) => step === 'missing').map(({ input }) => inputId(input)) };
}

interface Plan {
  readonly steps: readonly Step[];
  /** Ids that no record has. */
  readonly missing: readonly string[];
}

function createStep(object: ObjectData, plan: PlannedCreate | Problem): Step | Problem {
  if (!isPlanned(plan)) return plan;
  return {
    conflict: (claims) => conflictOnCreate(object, plan.values, claims),
    claim: (claims) => claim(object, plan, claims),
    apply() {
      const { id, version } = createRecord(object, plan);
      return { id, text: createdText(object, version) };
    },
  };
}

function updateStep(object: ObjectData, record: StoredRecord, values: Values | Problem): Step | Problem {
  if (isRefused(values)) return values;
  return {
    conflict: (claims) => conflictOnUpdate(object, { record, values }, claims),
    claim: (claims) => claim(object, { record, values }, claims),
    apply() {
      const written = updateRecord(object, record, values);
      return { id: record.id, text: updatedText(object, record.version, written) };
    },
  };
}

function upsertStep(call: Call, object: ObjectData, input: RawInput): Step | Problem {
  const idProperty = optionalString(input, 'idProperty') ?? '';
  const id = inputId(input);
  const record = finderOf(object, input)(id);
  if (!record) {
    const properties = { [idProperty]: id, ...(input.properties as object | undefined) };
    const plan = planCreate(object, { properties, associations: input.associations });
    return showNew(createStep(object, requireOnCreate(call, object, plan)), true);
  }
  const values = validateProperties(object, input.properties, 'update');
  if (!isRefused(values) && idProperty === 'email') {
    // The key may be a secondary address: the write goes to its record, and the address must not become the primary one.
    if (values.get('email') === normalizeEmail(id)) values.delete('email');
  }
  return showNew(updateStep(object, record, requireOnUpdate(call, { object, record }, values)), false);
}

/** The results of an upsert say whether the record is new. */
function showNew(step: Step | Problem, isNew: boolean): Step | Problem {
  return isStep(step) ? { ...step, apply: () => withAnswerFields(step.apply(), { new: isNew }) } : step;
}

function withAnswerFields({ id, text }: Written, fields: Readonly<Record<string, unknown>>): Written {
  return { id, text: withFields(text, fields) };
}

/** A merged-away id is silently omitted from the results of an update (reported once; a switch). */
function isOmitted(object: ObjectData, input: RawInput): boolean {
  return (
    object.portal.switches.mergedUpdate === 'missing' &&
    optionalString(input, 'idProperty') === undefined &&
    object.records.forwards.has(Number(inputId(input)))
  );
}

function finderOf(object: ObjectData, input: RawInput): (id: string) => StoredRecord | undefined {
  const idProperty = optionalString(input, 'idProperty');
  // Reading by hs_object_id is fine, writing by it is refused (segmentio/action-destinations #3957).
  if (idProperty !== undefined) requireUnique(object, idProperty);
  return finder(object, idProperty);
}

function keyOf(portal: Portal, input: RawInput): string {
  const idProperty = optionalString(input, 'idProperty');
  return idProperty === undefined ? inputId(input) : portal.uniqueKey(inputId(input));
}

function refuseRepeatedEmails(inputs: readonly RawInput[]): void {
  const seen = new Set<string>();
  for (const { properties } of inputs) {
    const email = typeof properties === 'object' && properties !== null ? Reflect.get(properties, 'email') : undefined;
    const key = typeof email === 'string' ? email.trim().toLowerCase() : '';
    if (key && seen.has(key)) throw new Refusal(conflict('Contact already exists.'));
    seen.add(key);
  }
}

function isProblem(checked: Checked): checked is Problem {
  return checked !== 'missing' && !isStep(checked);
}

function isStep(checked: Checked): checked is Step {
  return typeof checked === 'object' && 'apply' in checked;
}
