/** What the meaning of a value depends on besides its text. */
export interface Locale {
  /** ISO code of the country in which a phone number without a country prefix is dialed. */
  readonly defaultCountry?: string;
  /** ISO code of the country of the record that holds the value; takes precedence over the default. */
  readonly recordCountry?: string;
  /** Name of the company that holds the value: a platform's own domain belongs to the company called like it. */
  readonly recordName?: string;
  /** Hosts that many companies share, besides those of shared-hosts.ts. */
  readonly sharedHosts?: readonly string[];
  /** Emails, users (`user@`) and hosts (`@host`) that identify no one, besides those of placeholder-address.ts. */
  readonly placeholders?: readonly string[];
  /** True for a value that is to be stored, which must be the record's own. */
  readonly isWriting?: boolean;
  /** True for a JSON number: it was printed by a program, so a point is a decimal point. */
  readonly isNumber?: boolean;
}
