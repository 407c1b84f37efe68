import type { CrmProblem, ObjectType, RequiredProperty, WriteOutcome } from '../../crm.ts';
import type { RequirementStore, SeenRequirement } from '../../requirement-store.ts';
import { incomplete } from '../problems/incomplete.ts';

/** An administrator may change the rules at any time: what was learned is tried again after this. */
const learnedForMs = 10 * 60_000;

/** A rule that is met again and again is not written to the disk each time. */
const keptEveryMs = 60_000;

/** Far more than an account requires: an odd response must not fill the memory. */
const maxSeen = 500;

type Values = Readonly<Record<string, string>>;

/**
 * Properties that the account requires, as far as refused writes showed. HubSpot enforces them from 2026-09 on and has no call that lists
 * them. Records that lack one are not sent, so that the rest of an export is not sent in vain.
 */
export class RequiredProperties {
  readonly #store: RequirementStore | undefined;
  readonly #now: () => number;
  readonly #seen: Map<string, SeenRequirement>;
  /** Keys of rules that may have been lifted: they are tried again. */
  #doubted = new Set<string>();

  /** @param now milliseconds since 1970. */
  constructor(store?: RequirementStore, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
    this.#seen = new Map(store?.read().map((seen) => [keyOf(seen), seen]));
    store?.follow?.((seen, isLifted) => this.#hear(seen, isLifted));
  }

  /** Tries everything again; an administrator may have lifted the rules. */
  forget(): void {
    this.#doubted = new Set(this.#seen.keys());
  }

  /** The problem of a new record without a value that is known to be required; undefined if it may be sent. */
  problemOfNew(objectType: ObjectType, properties: Values): CrmProblem | undefined {
    const lacking = this.#lackedBy(objectType, properties).filter((seen) => this.#isTrusted(seen));
    return lacking.length === 0 ? undefined : incomplete(lacking);
  }

  /** Remembers what the outcomes say is required. */
  learn(objectType: ObjectType, outcomes: Iterable<WriteOutcome>): void {
    const seenAt = this.#now();
    const learned = new Map<string, SeenRequirement>();
    for (const outcome of outcomes) {
      if (!('problem' in outcome) || outcome.problem.kind !== 'incomplete') continue;
      for (const { name, when } of outcome.problem.required) {
        const seen = { objectType, name, when, seenAt };
        learned.set(keyOf(seen), seen);
      }
    }
    let isNews = false;
    for (const [key, seen] of learned) {
      isNews ||= seenAt - (this.#seen.get(key)?.seenAt ?? 0) >= keptEveryMs;
      this.#doubted.delete(key);
      // The newest is last.
      this.#seen.delete(key);
      this.#seen.set(key, seen);
    }
    for (const key of [...this.#seen.keys()].slice(0, -maxSeen)) this.#seen.delete(key);
    if (isNews) this.#keep();
  }

  /** A record was created without them: their rules were lifted. */
  unlearn(objectType: ObjectType, properties: Values): void {
    const lifted = this.#lackedBy(objectType, properties);
    for (const seen of lifted) this.#seen.delete(keyOf(seen));
    if (lifted.length > 0) this.#keep();
  }

  /** Another replica has learned it, or that it was lifted. */
  #hear(seen: SeenRequirement, isLifted: boolean): void {
    const key = keyOf(seen);
    const own = this.#seen.get(key);
    if (own === undefined ? isLifted || this.#seen.size >= maxSeen : own.seenAt > seen.seenAt) return;
    this.#seen.delete(key);
    if (!isLifted) {
      this.#doubted.delete(key);
      this.#seen.set(key, seen);
    }
    this.#keep();
  }

  #keep(): void {
    this.#store?.write([...this.#seen.values()]);
  }

  #isTrusted(seen: SeenRequirement): boolean {
    const age = this.#now() - seen.seenAt;
    // A negative age: the clock was set back.
    return age >= 0 && age < learnedForMs && !this.#doubted.has(keyOf(seen));
  }

  #lackedBy(objectType: ObjectType, properties: Values): readonly SeenRequirement[] {
    return [...this.#seen.values()].filter(
      (seen) =>
        seen.objectType === objectType &&
        seen.when === 'created' &&
        (!Object.hasOwn(properties, seen.name) || properties[seen.name] === ''),
    );
  }
}

function keyOf({ objectType, name, when }: RequiredProperty): string {
  return `${objectType}/${name}/${when}`;
}
