import type { Config } from '../config.ts';
import type { ObservedLimits } from '../crm/crm.ts';
import type { Examined } from './examination.ts';
import { grouped } from '../counted.ts';

const lowestShareOfDay = 0.2;
const largestOffsetMs = 60_000;

/** The limits that the CRM's responses named, beside those of the settings, and its clock beside that of this machine. */
export function examineLimits(seen: ObservedLimits, { burstPerTenSeconds }: Config['hubspot']): readonly Examined[] {
  return [examineRate(seen, burstPerTenSeconds), examineDay(seen), examineClock(seen)].filter(
    (line) => line !== undefined,
  );
}

function examineRate({ callsPerWindow, windowMs = 10_000 }: ObservedLimits, set: number): Examined | undefined {
  if (callsPerWindow === undefined) return undefined;
  const per = `${callsPerWindow} calls per ${windowMs / 1_000} s`;
  if (set > callsPerWindow) {
    return {
      id: 'limits',
      mark: '!',
      text: `HubSpot allows ${per}, and HUBSPOT_RATE_LIMIT is ${set}: calls will be rejected and retried`,
      remedy: `set HUBSPOT_RATE_LIMIT=${callsPerWindow}`,
    };
  }
  // HubSpot's headers report a tenth more than its documentation says.
  const unused = Math.round((1 - set / callsPerWindow) * 100);
  if (unused <= 15) return { id: 'limits', mark: '✓', text: `${per}, HUBSPOT_RATE_LIMIT is ${set}` };
  return {
    id: 'limits',
    mark: '!',
    text: `HubSpot allows ${per}, and HUBSPOT_RATE_LIMIT is ${set}: ${unused} % of the limit is never used`,
    remedy: `set HUBSPOT_RATE_LIMIT=${callsPerWindow >= 190 ? 190 : callsPerWindow}, unless another app shares this key`,
  };
}

function examineDay({ callsPerDay, remainingToday }: ObservedLimits): Examined | undefined {
  if (callsPerDay === undefined || remainingToday === undefined || callsPerDay <= 0) return undefined;
  const text = `${grouped(callsPerDay - remainingToday)} of ${grouped(callsPerDay)} daily calls are used, by all apps of the account`;
  if (remainingToday === 0) {
    const remedy = 'wait for midnight in the time zone of the account, or buy a higher limit from HubSpot';
    return { id: 'day', mark: '✕', text, remedy };
  }
  if (remainingToday / callsPerDay >= lowestShareOfDay) return { id: 'day', mark: '✓', text };
  return { id: 'day', mark: '!', text, remedy: 'see which app uses them: HubSpot > Settings > Integrations' };
}

function examineClock({ clockOffsetMs }: ObservedLimits): Examined | undefined {
  if (clockOffsetMs === undefined) return undefined;
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1_000);
  if (Math.abs(clockOffsetMs) < largestOffsetMs) {
    return { id: 'clock', mark: '✓', text: `this machine's clock agrees with HubSpot's (${seconds} s apart)` };
  }
  return {
    id: 'clock',
    mark: '!',
    text: `this machine's clock is ${seconds} s ${clockOffsetMs > 0 ? 'ahead of' : 'behind'} HubSpot's: times of activities and of the log are wrong`,
    remedy: 'synchronize it with a time server (NTP)',
  };
}
