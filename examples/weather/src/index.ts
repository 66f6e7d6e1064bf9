import { defineConnector, prompt, resource, tool } from '@patchbay/connector';
import { z } from 'zod';
import { climateOf, comfortOf, convert, getCity, MONTHS, UNIT_NAMES } from './climate.ts';
import { CITIES, citiesLike } from './climate-data.ts';

const city = z.string().min(1).describe('Name of a city, in English');
const month = z.number().int().min(1).max(12).describe('1 is January');
const units = z.enum(['metric', 'us']).default('metric').describe('metric: °C and mm; us: °F and inches');

const Climate = z.object({
  city: z.string(),
  country: z.string(),
  month: z.string(),
  high: z.number().describe('Mean daily maximum'),
  low: z.number().describe('Mean daily minimum'),
  rain: z.number().describe('Precipitation in the month'),
  units: z.object({ temperature: z.string(), rain: z.string() }),
});

/** The demo connector: useful without any account or network. */
export default defineConnector({
  name: 'weather',
  title: 'Weather',
  instructions:
    'Long-term averages of cities, not a forecast of a certain day. Use get_climate for one city and month, ' +
    'compare_climates to choose among cities, best_months to choose when.',
  tools: {
    list_cities: tool({
      title: 'List cities',
      description: 'Lists the cities with climate data, with their countries.',
      readOnly: true,
      openWorld: false,
      output: z.object({ cities: z.array(z.object({ name: z.string(), country: z.string() })) }),
      run: () => ({ cities: CITIES.map(({ name, country }) => ({ name, country })) }),
    }),
    get_climate: tool({
      title: 'Get climate',
      description: 'Returns how warm and how wet a city usually is in a month.',
      readOnly: true,
      openWorld: false,
      input: z.object({ city, month, units }),
      output: Climate,
      run: (args, { log }) => {
        log.info('climate', { city: args.city, month: args.month });
        return climateOf(getCity(args.city), args.month, args.units);
      },
    }),
    compare_climates: tool({
      title: 'Compare climates',
      description: 'Compares up to ten cities in one month, the most pleasant first.',
      readOnly: true,
      openWorld: false,
      input: z.object({ cities: z.array(city).min(2).max(10), month, units }),
      output: z.object({ cities: z.array(Climate.extend({ comfort: z.number().describe('0 to 100') })) }),
      run: (args) => ({
        cities: args.cities
          .map((name) => getCity(name))
          .map((one) => ({ ...climateOf(one, args.month, args.units), comfort: comfortOf(one, args.month) }))
          .sort((one, other) => other.comfort - one.comfort),
      }),
    }),
    best_months: tool({
      title: 'Best months',
      description: 'Names the months in which a city is most pleasant to be outside, best first.',
      readOnly: true,
      openWorld: false,
      input: z.object({ city, count: z.number().int().min(1).max(12).default(3) }),
      output: z.object({ city: z.string(), months: z.array(z.object({ month: z.string(), comfort: z.number() })) }),
      run: (args) => {
        const found = getCity(args.city);
        const months = MONTHS.map((name, index) => ({ month: name, comfort: comfortOf(found, index + 1) }));
        months.sort((one, other) => other.comfort - one.comfort);
        return { city: found.name, months: months.slice(0, args.count) };
      },
    }),
    convert_units: tool({
      title: 'Convert units',
      description: 'Converts temperature, rain, wind speed and air pressure between units.',
      readOnly: true,
      openWorld: false,
      input: z.object({ value: z.number(), from: z.enum(UNIT_NAMES), to: z.enum(UNIT_NAMES) }),
      output: z.object({ value: z.number(), unit: z.string() }),
      run: ({ value, from, to }) => ({ value: convert(value, from, to), unit: to }),
    }),
  },
  resources: {
    cities: resource({
      uri: 'weather://cities',
      title: 'Cities',
      description: 'All cities with climate data.',
      read: () => CITIES.map(({ name, country }) => ({ name, country })),
    }),
    city: resource({
      uri: 'weather://cities/{name}',
      title: 'Climate of a city',
      description: 'All twelve months of one city, metric.',
      list: () => CITIES.map(({ name }) => ({ uri: `weather://cities/${encodeURIComponent(name)}`, name })),
      complete: { name: citiesLike },
      read: ({ name }) => {
        const found = getCity(decodeURIComponent(name));
        return MONTHS.map((_, index) => climateOf(found, index + 1, 'metric'));
      },
    }),
  },
  prompts: {
    plan_trip: prompt({
      title: 'Plan a trip by the climate',
      description: 'Finds the best time to visit a city, and what to pack.',
      arguments: z.object({ city: z.string().describe('Where to') }),
      complete: { city: citiesLike },
      render: (args) =>
        `When should I visit ${args.city}? Look up its best months and their climate, ` +
        'then tell me when to go and what to pack, in a few sentences.',
    }),
  },
});
