import {
  dataSensitivities,
  type PropertyDefinition,
  type PropertyOption,
  type PropertyType,
} from '../definitions/property-definition.ts';
import { asList, asObject, optionalString, requiredString } from '../http/read-json.ts';
import { invalid, type Problem } from '../http/problem-body.ts';

/** Types that can be created, with the field types each allows (HubSpot's properties guide). */
const fieldTypes: Readonly<Record<string, readonly string[]>> = {
  string: ['text', 'textarea', 'html', 'phonenumber', 'file', 'calculation_equation'],
  number: ['number', 'calculation_equation'],
  bool: ['booleancheckbox', 'calculation_equation'],
  enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox', 'calculation_equation'],
  date: ['date'],
  datetime: ['date'],
  phone_number: ['phonenumber'],
};

/** Reads and checks the definition of a property to be created. */
export function readNewProperty(raw: unknown): PropertyDefinition | Problem {
  const input = asObject(raw ?? {});
  const name = requiredString(input, 'name');
  const type = requiredString(input, 'type');
  const fieldType = requiredString(input, 'fieldType');
  const label = requiredString(input, 'label');
  const groupName = requiredString(input, 'groupName');
  const options = readOptions(input.options);
  const sensitivity = dataSensitivities.find((known) => known === input.dataSensitivity);
  const problem = checkName(name) ?? checkType(type, fieldType) ?? checkOptions({ name, type, fieldType, options });
  if (problem) return problem;
  if (label.trim() === '') return invalid('The label of a property cannot be empty');
  return {
    name,
    label,
    // Checked against the table of types above.
    type: type as PropertyType,
    fieldType,
    groupName,
    description: optionalString(input, 'description') ?? '',
    options,
    displayOrder: Number(input.displayOrder ?? -1),
    hasUniqueValue: input.hasUniqueValue === true,
    hidden: input.hidden === true,
    formField: input.formField === true,
    calculated: fieldType === 'calculation_equation',
    externalOptions: input.externalOptions === true,
    hubspotDefined: false,
    readOnlyValue: fieldType === 'calculation_equation',
    ...(sensitivity !== undefined && { dataSensitivity: sensitivity }),
  };
}

/** Applies a PATCH. `options` replaces the whole list; `hasUniqueValue` is accepted and ignored. */
export function changeProperty(definition: PropertyDefinition, raw: unknown): PropertyDefinition | Problem {
  const change = asObject(raw ?? {});
  const type = optionalString(change, 'type') ?? definition.type;
  const fieldType = optionalString(change, 'fieldType') ?? definition.fieldType;
  const options = change.options === undefined ? definition.options : readOptions(change.options);
  const problem = checkType(type, fieldType) ?? checkOptions({ name: definition.name, type, fieldType, options });
  if (problem) return problem;
  return {
    ...definition,
    // Checked against the table of types above.
    type: type as PropertyType,
    fieldType,
    options,
    label: optionalString(change, 'label') ?? definition.label,
    groupName: optionalString(change, 'groupName') ?? definition.groupName,
    description: optionalString(change, 'description') ?? definition.description,
    hidden: typeof change.hidden === 'boolean' ? change.hidden : definition.hidden,
    formField: typeof change.formField === 'boolean' ? change.formField : definition.formField,
  };
}

function checkName(name: string): Problem | undefined {
  if (!/^[a-z][a-z0-9_]*$/.test(name))
    return invalid(
      `Property name '${name}' is not valid: it must start with a letter and hold lower-case letters, digits and underscores only`,
      { subCategory: 'PropertyValidationError.INVALID_PROPERTY_NAME', context: { name: [name] } },
    );
  if (name.length > 100)
    return invalid(`Property name '${name}' is longer than 100 characters`, {
      subCategory: 'PropertyValidationError.INVALID_PROPERTY_NAME',
      context: { name: [name] },
    });
  if (name.startsWith('hs_'))
    return invalid(`Property name '${name}' is not valid: the prefix hs_ is reserved`, {
      subCategory: 'PropertyValidationError.RESERVED_PROPERTY_NAME',
      context: { name: [name] },
    });
  return undefined;
}

/** What the options of a property depend on. */
interface Shape {
  readonly name: string;
  readonly type: string;
  readonly fieldType: string;
  readonly options: readonly PropertyOption[];
}

function checkType(type: string, fieldType: string): Problem | undefined {
  const allowed = Object.hasOwn(fieldTypes, type) ? fieldTypes[type] : undefined;
  if (!allowed) return invalid(`Property type '${type}' cannot be created`, { context: { type: [type] } });
  return allowed.includes(fieldType)
    ? undefined
    : invalid(`Field type '${fieldType}' is not allowed for type '${type}'; allowed are ${allowed.join(', ')}`, {
        context: { fieldType: [fieldType] },
      });
}

function checkOptions({ name, type, fieldType, options }: Shape): Problem | undefined {
  if (fieldType === 'calculation_equation') return undefined;
  const values = options.map(({ value }) => value);
  if (new Set(values).size !== values.length) return invalid(`Property '${name}' has an option value twice`);
  if (type === 'bool' && [...values].sort().join() !== 'false,true')
    return invalid(`Property '${name}' must have exactly the options true and false`, {
      errors: [
        {
          message: 'Boolean properties must have exactly two options, true and false',
          code: 'INVALID_BOOLEAN_OPTION',
          context: { propertyName: [name] },
        },
      ],
    });
  if (type === 'enumeration' && values.length === 0)
    return invalid(`Property '${name}' is an enumeration and needs options`);
  if (type !== 'bool' && type !== 'enumeration' && values.length > 0)
    return invalid(`Property '${name}' of type ${type} cannot have options`);
  return undefined;
}

function readOptions(raw: unknown): PropertyOption[] {
  return asList(raw).map((entry, index) => {
    const option = asObject(entry);
    return {
      label: requiredString(option, 'label'),
      value: requiredString(option, 'value'),
      displayOrder: Number(option.displayOrder ?? index),
      hidden: option.hidden === true,
    };
  });
}
