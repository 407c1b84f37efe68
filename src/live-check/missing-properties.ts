import type { CallContext, Crm } from '../crm/crm.ts';
import { CrmRejectedError, NotSupportedError } from '../errors.ts';
import type { Mappings } from '../mapping/load/file-kinds.ts';
import { didYouMean, nearestWord } from '../mapping/values/nearest-word.ts';
import { mappedObjects } from './mapped-object.ts';

/**
 * The properties that mapping files name and the CRM does not have, one sentence each; those that the bridge creates are not missing.
 * Objects whose properties the token may not read are skipped.
 * @throws CrmUnavailableError when the CRM does not answer.
 */
export async function findMissingProperties(
  crm: Pick<Crm, 'readProperties'>,
  mappings: Mappings,
  context: CallContext,
): Promise<string[]> {
  const found = await Promise.all(
    mappedObjects(mappings).map(async ({ file, objectType, rows }) => {
      const names = await namesOf(crm, objectType, context);
      if (names === undefined) return [];
      return rows
        .filter(({ property, isCreated }) => !isCreated && !names.has(property))
        .map(({ property, field, section }) => {
          const place = `${file.split(/[/\\]/).at(-1)}, ${section} ${field}`;
          return `${place}: the CRM has no ${objectType} property "${property}"${didYouMean(nearestWord(property, names))}`;
        });
    }),
  );
  return [...new Set(found.flat())];
}

async function namesOf(
  crm: Pick<Crm, 'readProperties'>,
  objectType: string,
  context: CallContext,
): Promise<ReadonlySet<string> | undefined> {
  try {
    return new Set((await crm.readProperties(objectType, context)).map(({ name }) => name));
  } catch (error) {
    if (error instanceof CrmRejectedError || error instanceof NotSupportedError) return undefined;
    throw error;
  }
}
