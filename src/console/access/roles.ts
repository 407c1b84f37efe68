/** In ascending order: may read; may try and compare; may change something or see a person's values. */
export const roles = ['viewer', 'editor', 'operator'] as const;

export type Role = (typeof roles)[number];

/** A signed-in user. */
export interface Identity {
  readonly name: string;
  readonly role: Role;
}

/** True if the role includes all that `needed` may do. */
export function includesRole(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}
