export interface Account {
  readonly portalId: number;
  readonly accountType: 'STANDARD' | 'DEVELOPER_TEST' | 'SANDBOX' | 'APP_DEVELOPER';
  readonly timeZone: string;
  readonly companyCurrency: string;
  readonly additionalCurrencies: readonly string[];
  readonly uiDomain: string;
  readonly dataHostingLocation: string;
}

export const defaultAccount: Account = {
  portalId: 8_675_309,
  accountType: 'DEVELOPER_TEST',
  timeZone: 'Europe/Berlin',
  companyCurrency: 'EUR',
  additionalCurrencies: [],
  uiDomain: 'app.hubspot.com',
  dataHostingLocation: 'na1',
};

/** `GET /account-info/v3/details`; the offset is that of the moment asked for. */
export function accountJson(account: Account, now: number): Record<string, unknown> {
  const offsetMs = utcOffsetMs(account.timeZone, now);
  const minutes = Math.abs(offsetMs) / 60_000;
  const two = (part: number) => String(part).padStart(2, '0');
  return {
    ...account,
    utcOffset: `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
    utcOffsetMilliseconds: offsetMs,
  };
}

/** The account's calendar day, by which the daily limit is counted: days since 1970 in its own time zone. */
export function accountDay(account: Account, now: number): number {
  return Math.floor((now + utcOffsetMs(account.timeZone, now)) / 86_400_000);
}

/** When the account's day ends. */
export function nextMidnight(account: Account, now: number): number {
  return (accountDay(account, now) + 1) * 86_400_000 - utcOffsetMs(account.timeZone, now);
}

const offsets = new Map<string, { readonly hour: number; readonly offsetMs: number }>();

/** Offset of a zone from UTC; remembered for an hour of the clock, since the Intl call is slow and every request asks. */
function utcOffsetMs(timeZone: string, now: number): number {
  const hour = Math.floor(now / 3_600_000);
  const known = offsets.get(timeZone);
  if (known?.hour === hour) return known.offsetMs;
  const name = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(now)
    .find((part) => part.type === 'timeZoneName')?.value;
  const [, sign, hours, minutes] = /GMT([+-])(\d{2}):(\d{2})/.exec(name ?? '') ?? [];
  const offsetMs = sign ? (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0;
  offsets.set(timeZone, { hour, offsetMs });
  return offsetMs;
}
