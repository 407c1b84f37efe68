/** A person or a queue that records may be given to. */
export interface Owner {
  /** Differs from the user id, as in most portals. */
  readonly id: string;
  readonly email?: string;
  readonly type: 'PERSON' | 'QUEUE';
  readonly firstName?: string;
  readonly lastName?: string;
  readonly userId?: number;
  readonly archived?: boolean;
  readonly createdAt?: string;
  readonly teams?: readonly { readonly id: string; readonly name: string; readonly primary: boolean }[];
}

/** An owner as HubSpot's owners API returns it: a deactivated one has no `userId`, only `userIdIncludingInactive`. */
export function ownerJson(owner: Owner): Record<string, unknown> {
  const createdAt = owner.createdAt ?? '2026-01-05T09:00:00.000Z';
  return {
    id: owner.id,
    ...(owner.email !== undefined && { email: owner.email }),
    type: owner.type,
    ...(owner.firstName !== undefined && { firstName: owner.firstName }),
    ...(owner.lastName !== undefined && { lastName: owner.lastName }),
    ...(owner.userId !== undefined && !owner.archived && { userId: owner.userId }),
    ...(owner.userId !== undefined && { userIdIncludingInactive: owner.userId }),
    createdAt,
    updatedAt: createdAt,
    archived: owner.archived ?? false,
    ...(owner.teams && { teams: owner.teams }),
  };
}
