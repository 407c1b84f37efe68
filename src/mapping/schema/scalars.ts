import { z } from 'zod';

// Scalars of a mapping file arrive as the text that was written, so `no` and `1-10` stay text. These schemas read that text.

export const text = (description: string) =>
  z
    .string()
    .min(1)
    .max(500)
    .meta({ description, type: ['string', 'number', 'boolean'] });
export const wholeNumber = (
  description: string,
  { min, max, fallback }: { readonly min: number; readonly max: number; readonly fallback: number },
) =>
  z
    .string()
    .regex(/^\d{1,7}$/, { error: 'must be a whole number' })
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .default(fallback)
    .meta({ description, type: 'integer', minimum: min, maximum: max, default: fallback });
export const flag = (description: string) =>
  z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .meta({ description, type: 'boolean', enum: undefined });
export const word = <const Words extends readonly [string, ...string[]]>(words: Words, description: string) =>
  z.enum(words).meta({ description });

export const EnginyField = (description: string) => text(description).max(200);
export const CrmProperty = (description: string) =>
  z
    .string()
    .max(250)
    .regex(/^[a-z][a-z0-9_]*$/, {
      error:
        'must be the internal name of a CRM property: lowercase letters, digits and underscores, starting with a letter',
    })
    .meta({ description });
/** An address, or a part of one. */
export const PlaceholderEmail = z
  .string()
  .max(254)
  .regex(/^[^\sA-Z@]*@[^\sA-Z@]*$/, { error: 'must be an address, user@ or @host, in lowercase' });
