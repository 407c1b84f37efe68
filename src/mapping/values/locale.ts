/** What the meaning of a value depends on besides its text. */
export interface Locale {
  /** ISO code of the country in which a phone number without a country prefix is dialed. */
  readonly defaultCountry?: string;
}
