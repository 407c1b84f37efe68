import type { Check } from '../check.ts';
import { demand, demandStatus, demandText, objectsOf } from '../expectations.ts';
import { NotApplicable } from '../nonconformity.ts';
import type { CheckRun } from '../session.ts';

/** 404, 405 and 501 switch owner selection off in Enginy: a choice, not a mistake. */
const switchedOff = [404, 405, 501];

/** GET /users, which Enginy asks once, when it connects. */
export const userChecks: readonly Check[] = [
  {
    id: 'users.list',
    level: 'must',
    title: 'GET /users answers a list, or 404, 405 or 501',
    remedy: 'Answer a bare array, or 501. Any other error switches owner selection off for good.',
    run: async (session) => void (await usersOf(session)),
  },
  {
    id: 'users.shape',
    level: 'must',
    title: 'each user has an id and a name',
    remedy: 'Answer [{"id", "name", "email"}]; email may be omitted.',
    run: async (session) => {
      (await usersOf(session)).forEach(({ id, name }, index) => {
        demandText(id, `[${index}].id`);
        demandText(name, `[${index}].name`);
      });
    },
  },
  {
    id: 'users.distinct',
    level: 'must',
    title: 'each user is listed once',
    remedy: 'Remove duplicates.',
    run: async (session) => {
      const ids = (await usersOf(session)).map(({ id }) => id);
      demand(new Set(ids).size === ids.length, 'an id is listed twice');
    },
  },
  {
    id: 'users.email',
    level: 'should',
    title: 'email is a text or missing',
    remedy: 'Omit email where there is none, instead of null or an empty text.',
    run: async (session) => {
      const users = await usersOf(session);
      demand(
        users.every(({ email }) => email === undefined || (typeof email === 'string' && email.includes('@'))),
        'an email is not an email address',
      );
    },
  },
];

async function usersOf(session: CheckRun): Promise<readonly Record<string, unknown>[]> {
  const reply = await session.send('GET', '/users');
  if (switchedOff.includes(reply.status)) throw new NotApplicable('the server has no users to offer');
  demandStatus(reply, 200);
  return objectsOf(reply.body, 'the body');
}
