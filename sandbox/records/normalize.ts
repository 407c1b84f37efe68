/** A company's domain as HubSpot keeps it: no scheme, no `www.`, no path, lower case. */
export function normalizeDomain(value: string): string {
  return value
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[/?#:].*$/, '');
}

/** Lower case, no space around; undefined when it is not an address that HubSpot accepts. */
export function normalizeEmail(value: string): string | undefined {
  const email = value.trim().toLowerCase();
  return /^[^\s@<>(),;:"[\]\\]+@([a-z0-9\u00a1-\uffff]([a-z0-9\u00a1-\uffff-]*[a-z0-9\u00a1-\uffff])?\.)+[a-z\u00a1-\uffff]{2,}$/.test(
    email,
  ) && !/^\.|\.\.|\.@/.test(email)
    ? email
    : undefined;
}

/** The addresses in `hs_additional_emails`. */
export function additionalEmails(value: string | undefined): string[] {
  return (value ?? '')
    .split(';')
    .map((email) => email.trim().toLowerCase())
    .filter((email) => email !== '');
}

/** Domains of mail providers: they never create or identify a company. */
const mailProviders = new Set(
  'gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com me.com aol.com gmx.de gmx.net web.de proton.me protonmail.com mail.com yandex.com'.split(
    ' ',
  ),
);

export function isMailProvider(domain: string): boolean {
  return mailProviders.has(domain);
}
