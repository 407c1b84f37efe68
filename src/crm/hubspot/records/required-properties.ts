import type { CrmProblem, ObjectType, RequiredProperty, WriteOutcome } from '../../crm.ts';
import { incomplete } from '../problems/incomplete.ts';

/** An administrator may change the rules at any time: what was learnt is tried again after this. */
const LEARNT_FOR_MS = 10 * 60_000;

/**
 * Properties that the account requires, as far as refused writes showed. HubSpot enforces them from 2026-09 on and has no call
 * that lists them. Records that lack one are not sent, so that the rest of an export is not tried in vain.
 */
export class RequiredProperties {
  readonly #now: () => number;
  readonly #learnt = new Map<string, { readonly rule: RequiredProperty; readonly until: number }>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  list(): readonly RequiredProperty[] {
    return [...this.#learnt.values()].filter(({ until }) => until > this.#now()).map(({ rule }) => rule);
  }

  /** The problem of a new record without a value that is known to be required; undefined if it may be sent. */
  problemOfNew(objectType: ObjectType, properties: Readonly<Record<string, string>>): CrmProblem | undefined {
    const lacking = this.list().filter(
      (rule) =>
        rule.objectType === objectType &&
        rule.when === 'created' &&
        (!Object.hasOwn(properties, rule.name) || properties[rule.name] === ''),
    );
    return lacking.length === 0 ? undefined : incomplete(lacking);
  }

  /** Remembers what the outcomes say is required. */
  learn(objectType: ObjectType, outcomes: Iterable<WriteOutcome>): void {
    for (const outcome of outcomes) {
      if (!('problem' in outcome) || outcome.problem.kind !== 'incomplete') continue;
      for (const { name, when } of outcome.problem.required) {
        const rule = { objectType, name, when };
        this.#learnt.set(`${objectType}/${name}/${when}`, { rule, until: this.#now() + LEARNT_FOR_MS });
      }
    }
  }
}
