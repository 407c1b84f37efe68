/** What the server answered, where the contract wants something else. The message contains no key and no value of a person. */
export class Nonconformity extends Error {
  override readonly name = 'Nonconformity';
}

/** The server does not offer an optional part of the contract, or a check before this one left nothing to work with. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}
