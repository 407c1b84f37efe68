import { addressTransforms } from './address-transforms.ts';
import { dateTransforms } from './date-transforms.ts';
import { listTransforms } from './list-transforms.ts';
import { nameTransforms } from './name-transforms.ts';
import { numberTransforms } from './number-transforms.ts';
import { ownerTransforms } from './owner-transforms.ts';
import { textTransforms } from './text-transforms.ts';
import type { Transform } from './transform.ts';

/** The closed table of transforms, by name. */
export const transforms = {
  ...textTransforms,
  ...nameTransforms,
  ...addressTransforms,
  ...numberTransforms,
  ...dateTransforms,
  ...listTransforms,
  ...ownerTransforms,
};

export type TransformName = keyof typeof transforms;

export const transformNames = Object.keys(transforms) as readonly TransformName[]; // Object.keys of a closed table

/** The transform with this name, or undefined (also for names that every object has, such as `constructor`). */
export function findTransform(name: string): Transform | undefined {
  return Object.hasOwn(transforms, name) ? transforms[name as TransformName] : undefined; // hasOwn has just shown it
}
