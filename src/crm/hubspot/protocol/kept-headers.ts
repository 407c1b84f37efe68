/** A number of seconds, milliseconds or calls. */
const number = /^\d{1,20}(?:\.\d{1,10})?$/;
/** Seconds, or a date (RFC 9110). */
const secondsOrDate = new RegExp(
  `${number.source}|^[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT$`,
);

/** Headers of HubSpot's responses that the bridge reads, or that HubSpot's support asks for, with the values that each may have. */
export const keptHeaders: ReadonlyMap<string, RegExp> = new Map([
  ['content-type', /^[\w.+-]{1,40}\/[\w.+-]{1,40}(?:; ?charset=[\w-]{1,20})?$/i],
  ['retry-after', secondsOrDate],
  ['x-hubspot-correlation-id', /^[\w-]{1,64}$/],
  ['x-hubspot-ratelimit-daily', number],
  ['x-hubspot-ratelimit-daily-remaining', number],
  ['x-hubspot-ratelimit-interval-milliseconds', number],
  ['x-hubspot-ratelimit-max', number],
  ['x-hubspot-ratelimit-remaining', number],
  ['x-hubspot-ratelimit-secondly', number],
  ['x-hubspot-ratelimit-secondly-remaining', number],
]);
