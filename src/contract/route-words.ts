import { operations } from './operations.ts';

/** Words in the paths of the contract; any other segment of a path may be a name. */
export const routeWords: ReadonlySet<string> = new Set(
  operations.flatMap(({ path }) => path.split('/').filter((segment) => /^[a-z]+$/.test(segment))),
);
