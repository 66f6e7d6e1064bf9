import { CITIES, type City, findCity } from './climate-data.ts';

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export type Units = 'metric' | 'us';

export interface MonthClimate {
  city: string;
  country: string;
  month: string;
  high: number;
  low: number;
  rain: number;
  units: { temperature: string; rain: string };
}

/** @throws Error that lists the cities there are, so that the model can choose one */
export function getCity(name: string): City {
  const city = findCity(name);
  if (city) return city;
  throw new Error(
    `There is no climate of ${JSON.stringify(name)}. There is: ${CITIES.map((one) => one.name).join(', ')}.`,
  );
}

/** `month` is 1 to 12. */
export function climateOf(city: City, month: number, units: Units): MonthClimate {
  const [high, low, rain] = [city.highs[month - 1], city.lows[month - 1], city.rain[month - 1]];
  const name = MONTHS[month - 1];
  if (high === undefined || low === undefined || rain === undefined || name === undefined) {
    throw new RangeError('A month is a number from 1 to 12.');
  }
  const metric = units === 'metric';
  return {
    city: city.name,
    country: city.country,
    month: name,
    high: metric ? high : toFahrenheit(high),
    low: metric ? low : toFahrenheit(low),
    rain: metric ? rain : toInches(rain),
    units: metric ? { temperature: '°C', rain: 'mm' } : { temperature: '°F', rain: 'in' },
  };
}

/**
 * How pleasant a month is to be outside, 0 to 100: best at a high of 23 °C, and dry.
 * Three points are lost per degree off, one per 4 mm of rain.
 */
export function comfortOf(city: City, month: number): number {
  const { high, rain } = climateOf(city, month, 'metric');
  return Math.max(0, Math.round(100 - 3 * Math.abs(high - 23) - rain / 4));
}

const toFahrenheit = (celsius: number) => Math.round(celsius * 1.8 + 32);
const toInches = (millimetres: number) => Math.round(millimetres / 2.54) / 10;

/** Factor to the base unit of its kind, and what must be added before. */
const UNITS = {
  C: { kind: 'temperature', factor: 1, offset: 0 },
  F: { kind: 'temperature', factor: 5 / 9, offset: -32 },
  K: { kind: 'temperature', factor: 1, offset: -273.15 },
  mm: { kind: 'length', factor: 0.001, offset: 0 },
  in: { kind: 'length', factor: 0.0254, offset: 0 },
  'km/h': { kind: 'speed', factor: 1 / 3.6, offset: 0 },
  mph: { kind: 'speed', factor: 0.44704, offset: 0 },
  kn: { kind: 'speed', factor: 1852 / 3600, offset: 0 },
  'm/s': { kind: 'speed', factor: 1, offset: 0 },
  hPa: { kind: 'pressure', factor: 100, offset: 0 },
  inHg: { kind: 'pressure', factor: 3386.389, offset: 0 },
} as const;

export type Unit = keyof typeof UNITS;
// The keys of the table above, which is not empty.
export const UNIT_NAMES = Object.keys(UNITS) as [Unit, ...Unit[]];

/** @throws Error when the units measure different things */
export function convert(value: number, from: Unit, to: Unit): number {
  const [source, target] = [UNITS[from], UNITS[to]];
  if (source.kind !== target.kind) throw new Error(`${from} measures ${source.kind}, ${to} measures ${target.kind}.`);
  const base = (value + source.offset) * source.factor;
  return Number((base / target.factor - target.offset).toPrecision(6));
}
