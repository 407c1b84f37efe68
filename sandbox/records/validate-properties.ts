import { asObject, asString } from '../http/read-json.ts';
import { type ErrorDetail, type InvalidValues, invalid, type Problem } from '../http/problem-body.ts';
import type { ObjectData, Portal } from '../portal.ts';
import { additionalEmails, normalizeDomain, normalizeEmail } from './normalize.ts';
import { parseValue, type InvalidValue } from './parse-value.ts';

export type Purpose = 'create' | 'update';

/** Values in the form in which they are stored, by property. */
export type Values = Map<string, string>;

/** Checks the `properties` of one input. All bad ones are reported together, as HubSpot does. */
export function validateProperties(object: ObjectData, raw: unknown, purpose: Purpose): Values | Problem {
  const values: Values = new Map();
  const problems = new Map<string, InvalidValue>();
  for (const [name, rawValue] of Object.entries(asObject(raw ?? {}))) {
    const value = asString(rawValue);
    const parsed = validate(object, { name, value }, purpose);
    if ('problem' in parsed) problems.set(name, parsed.problem);
    else values.set(name, parsed.value);
  }
  return problems.size === 0 ? values : validationProblem(object.portal, [...problems]);
}

export function isRefused(outcome: Values | Problem): outcome is Problem {
  return !(outcome instanceof Map);
}

function validate(
  object: ObjectData,
  { name, value }: { readonly name: string; readonly value: string },
  purpose: Purpose,
): { value: string } | { problem: InvalidValue } {
  const definition = object.properties.usable(name, object.portal.now);
  if (!definition) return refuse('PROPERTY_DOESNT_EXIST', `Property "${name}" does not exist`);
  if (name === 'hs_additional_emails') return validateAdditionalEmails(value, purpose);
  if (definition.readOnlyValue)
    return refuse('READ_ONLY_VALUE', `"${name}" is a read only property; its value cannot be set.`);
  if (name === 'email' && object.type.name === 'contacts' && value !== '') {
    const email = normalizeEmail(value);
    return email ? { value: email } : refuse('INVALID_EMAIL', `Email address ${value} is invalid`);
  }
  if (name === 'domain' && object.type.name === 'companies') return { value: normalizeDomain(value) };
  return parseValue(definition, value, (id) => object.portal.isOwner(id));
}

function validateAdditionalEmails(value: string, purpose: Purpose): { value: string } | { problem: InvalidValue } {
  if (purpose === 'update')
    return refuse('READ_ONLY_VALUE', '"hs_additional_emails" is a read only property; its value cannot be set.');
  const wrong = additionalEmails(value).find((email) => normalizeEmail(email) === undefined);
  return wrong === undefined
    ? { value: additionalEmails(value).join(';') }
    : refuse('INVALID_EMAIL', `Email address ${wrong} is invalid`);
}

/** The details stand as JSON inside the message; newer answers repeat them in `errors[]`. */
function validationProblem({ settings, switches }: Portal, problems: InvalidValues): Problem {
  const listed = problems.map(([name, { code, message }]) => ({
    isValid: false,
    message,
    error: code,
    name,
    localizedErrorMessage: message,
    portalId: settings.account.portalId,
  }));
  const errors: ErrorDetail[] = problems.map(([name, { code, message }]) => ({
    message,
    code,
    context: { propertyName: [name] },
  }));
  return {
    ...invalid(
      `Property values were not valid: ${JSON.stringify(listed)}`,
      switches.validationErrors === 'listed' ? { errors } : {},
    ),
    invalidValues: problems,
  };
}

/** One problem for the invalid values of all inputs, as a refused batch names them (recorded). */
export function joinInvalidValues(portal: Portal, problems: readonly Problem[]): Problem | undefined {
  const values = problems.flatMap(({ invalidValues = [] }) => invalidValues);
  return values.length > 0 ? validationProblem(portal, values) : undefined;
}

function refuse(code: string, message: string): { problem: InvalidValue } {
  return { problem: { code, message } };
}
