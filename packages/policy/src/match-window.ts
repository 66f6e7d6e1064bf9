import { type TimeWindow, WEEKDAYS } from './policy.ts';

const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const MINUTE_MS = 60_000;

/** A function, prepared once, that returns whether an instant is within the window. */
export function prepareWindow(window: TimeWindow): (at: number) => boolean {
  const { days, zone } = window;
  const from = minuteOf(window.from);
  const length = (minuteOf(window.to) - from + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  const starts = days.map((day) => WEEKDAYS.indexOf(day) * DAY_MINUTES + from);
  const minuteOfWeek = localMinutes(zone);
  return (at) => {
    const minute = minuteOfWeek(at);
    return starts.some((start) => (minute - start + WEEK_MINUTES) % WEEK_MINUTES < length);
  };
}

/** "09:30" as minutes of the day. */
export function minuteOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** The minute of the week that clocks in the zone show, from Monday 00:00. Formats once per minute that is asked for. */
function localMinutes(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  let known = { minute: Number.NaN, ofWeek: 0 };
  return (at) => {
    const minute = Math.floor(at / MINUTE_MS);
    if (minute === known.minute) return known.ofWeek;
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const day = WEEKDAYS.map(String).indexOf(parts.weekday?.toLowerCase() ?? '');
    known = { minute, ofWeek: day * DAY_MINUTES + Number(parts.hour) * 60 + Number(parts.minute) };
    return known.ofWeek;
  };
}
