import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError for anything but a whole number from 1. */
export function positiveNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}

/** @throws InvalidArgumentError for an empty text, such as that of a variable that is not set. */
export function notEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('must not be empty');
  return text.trim();
}
