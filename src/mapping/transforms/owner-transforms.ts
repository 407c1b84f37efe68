import type { Transform } from './transform.ts';

/** Transforms that replace an owner's id by what the CRM knows of that user. */
export const ownerTransforms = {
  owner_name: {
    summary: 'The name of the CRM user with this id, in `return` only. Nothing if the user is deactivated or unknown.',
    role: 'converting',
    example: ['4711', 'Ada Lovelace'],
    accepts: 'owner',
    apply: ({ name }) => name,
  },
  owner_email: {
    summary: 'The email address of the CRM user with this id, in `return` only. Nothing if there is none.',
    role: 'converting',
    example: ['4711', 'ada@example.com'],
    accepts: 'owner',
    apply: ({ email }) => email,
  },
} satisfies Record<string, Transform>;
