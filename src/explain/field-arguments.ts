import type { EnginyRecord } from '../mapping/values/field-value.ts';

const fieldArgument = /^([A-Za-z_][\w.-]*)=([\s\S]*)$/;

/** True for `email=ada@example.com`. */
export function isField(argument: string): boolean {
  return fieldArgument.test(argument);
}

/** One record from `field=value` arguments; `customFields.segment=A` is an entry of `customFields`, `phone=` an empty field. */
export function recordOf(fields: readonly string[]): EnginyRecord {
  const pairs = fields.flatMap((argument): [string, string][] => {
    const [, name = '', value = ''] = fieldArgument.exec(argument) ?? [];
    return name === '' ? [] : [[name, value]];
  });
  const prefix = 'customFields.';
  const custom = pairs.filter(([name]) => name.startsWith(prefix));
  return {
    ...Object.fromEntries(pairs.filter(([name]) => !name.startsWith(prefix))),
    ...(custom.length > 0 && {
      customFields: Object.fromEntries(custom.map(([name, value]) => [name.slice(prefix.length), value])),
    }),
  };
}
