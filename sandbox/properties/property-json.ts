import { formatInstant } from '../clock.ts';
import type { GroupEntry, PropertyEntry } from './property-registry.ts';

/** A definition as the properties API returns it. */
export function propertyJson({ definition, createdAt, updatedAt, archivedAt }: PropertyEntry): Record<string, unknown> {
  const { readOnlyValue, hubspotDefined, ...rest } = definition;
  return {
    updatedAt: formatInstant(updatedAt),
    createdAt: formatInstant(createdAt),
    ...rest,
    ...(!hubspotDefined && { createdUserId: '88842095', updatedUserId: '88842095' }),
    archived: archivedAt !== undefined,
    ...(archivedAt !== undefined && { archivedAt: formatInstant(archivedAt) }),
    ...(hubspotDefined && { hubspotDefined }),
    modificationMetadata: {
      archivable: !hubspotDefined,
      readOnlyDefinition: hubspotDefined,
      ...(definition.type === 'enumeration' && { readOnlyOptions: hubspotDefined && readOnlyValue }),
      readOnlyValue,
    },
    dataSensitivity: definition.dataSensitivity ?? 'non_sensitive',
  };
}

export function groupJson({ name, label, displayOrder, archived }: GroupEntry): Record<string, unknown> {
  return { archived, name, displayOrder, label };
}
