import { isObject } from '../json.ts';
import { Nonconformity } from './nonconformity.ts';
import type { ServerReply } from './session.ts';

/** @throws Nonconformity unless the status is one of these. */
export function demandStatus(reply: ServerReply, ...allowed: readonly number[]): void {
  if (!allowed.includes(reply.status)) {
    throw new Nonconformity(`answered ${reply.status} instead of ${allowed.join(' or ')}${reasonIn(reply)}`);
  }
}

/** @throws Nonconformity unless the reply is JSON with this status and an `error` text. */
export function demandError(reply: ServerReply, ...allowed: readonly number[]): void {
  demandStatus(reply, ...allowed);
  if (!isObject(reply.body)) throw new Nonconformity(`answered ${reply.status} without a JSON object`);
  demandText(reply.body.error, 'error');
}

/** @returns the body as an object. @throws Nonconformity for anything else. */
export function objectOf(reply: ServerReply): Record<string, unknown> {
  if (!isObject(reply.body)) throw new Nonconformity(`the body is ${kindOf(reply.body)} instead of an object`);
  return reply.body;
}

/** @returns a list of objects, for example `results`. @throws Nonconformity for anything else. */
export function objectsOf(value: unknown, name: string): readonly Record<string, unknown>[] {
  if (!Array.isArray(value)) throw new Nonconformity(`${name} is ${kindOf(value)} instead of a list`);
  return value.map((item: unknown, index) => {
    if (!isObject(item)) throw new Nonconformity(`${name}[${index}] is ${kindOf(item)} instead of an object`);
    return item;
  });
}

/** @returns the text. @throws Nonconformity when it is not a text or empty. */
export function demandText(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Nonconformity(`${name} is ${value === '' ? 'empty' : kindOf(value)} instead of a text`);
}

/** @throws Nonconformity with this message unless the condition holds. */
export function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Nonconformity(message);
}

/** @throws Nonconformity when `null` stands anywhere below: Enginy would clear the value. */
export function demandNoNull(value: unknown, name: string): void {
  if (value === null) throw new Nonconformity(`${name} is null, which clears the value in Enginy`);
  if (typeof value !== 'object') return;
  for (const [key, item] of Object.entries(value ?? {})) demandNoNull(item, `${name}.${key}`);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

function reasonIn(reply: ServerReply): string {
  const { body } = reply;
  if (!isObject(body)) return '';
  const words = [body.error, body.message].filter((word) => typeof word === 'string').join(': ');
  return words === '' ? '' : ` ("${words.slice(0, 160)}")`;
}
