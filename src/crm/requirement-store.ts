import type { RequiredProperty } from './crm.ts';

/** A rule, and when a refused write last showed it. */
export interface SeenRequirement extends RequiredProperty {
  /** Milliseconds since 1970. */
  readonly seenAt: number;
}

/** Keeps across restarts what an account turned out to require. Neither method throws. */
export interface RequirementStore {
  /** The oldest first. */
  read(): readonly SeenRequirement[];
  write(seen: readonly SeenRequirement[]): void;
  /** Only where replicas share what they learn: @param onNews receives what another one saw, or saw lifted. */
  follow?(onNews: (seen: SeenRequirement, isLifted: boolean) => void): void;
}
