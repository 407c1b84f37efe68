/** What the meaning of a value depends on besides its text. */
export interface Locale {
  /** ISO code of the country in which a phone number without a country prefix is dialed. */
  readonly defaultCountry?: string;
  /** ISO code of the country of the record that holds the value; takes precedence over the default. */
  readonly recordCountry?: string;
  /** True for a JSON number: it was printed by a program, so a point is a decimal point. */
  readonly isNumber?: boolean;
}
