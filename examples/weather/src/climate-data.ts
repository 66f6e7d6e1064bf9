/** Long-term monthly averages, rounded: enough to plan a trip by, not to fly by. January first. */
export interface City {
  readonly name: string;
  readonly country: string;
  /** Mean daily maximum, °C. */
  readonly highs: readonly number[];
  /** Mean daily minimum, °C. */
  readonly lows: readonly number[];
  /** Precipitation, mm per month. */
  readonly rain: readonly number[];
}

export const CITIES: readonly City[] = [
  city(
    'Amsterdam',
    'Netherlands',
    '6 7 10 14 18 20 22 22 19 15 10 7',
    '1 1 3 4 8 11 13 13 10 7 4 2',
    '70 56 62 41 58 66 80 87 82 87 86 79',
  ),
  city(
    'Bangkok',
    'Thailand',
    '33 34 34 35 35 34 33 33 33 33 32 32',
    '23 24 26 27 26 26 26 25 25 25 24 22',
    '24 19 54 93 215 210 183 212 343 304 47 14',
  ),
  city(
    'Berlin',
    'Germany',
    '3 5 9 15 20 23 25 24 20 14 8 4',
    '-2 -2 1 4 9 12 14 14 10 6 2 -1',
    '42 33 41 37 54 69 56 58 45 37 44 55',
  ),
  city(
    'Buenos Aires',
    'Argentina',
    '30 29 27 23 19 16 15 18 20 23 26 29',
    '20 20 18 15 12 9 8 9 11 14 16 19',
    '139 127 140 119 92 59 60 76 72 127 118 118',
  ),
  city(
    'Cairo',
    'Egypt',
    '19 21 24 28 32 34 35 34 33 29 24 20',
    '9 10 12 15 18 21 22 22 21 18 14 10',
    '5 4 4 1 0 0 0 0 0 1 4 6',
  ),
  city(
    'Cape Town',
    'South Africa',
    '27 27 26 23 20 18 18 18 19 22 24 26',
    '16 16 15 12 10 8 7 8 9 11 13 15',
    '15 17 20 41 69 93 82 77 40 30 14 17',
  ),
  city(
    'Chicago',
    'United States',
    '0 2 8 15 21 27 29 28 24 17 9 2',
    '-8 -6 -1 5 11 16 20 19 15 8 2 -5',
    '53 49 63 95 113 105 94 105 81 80 64 58',
  ),
  city(
    'Dubai',
    'United Arab Emirates',
    '24 25 28 33 38 40 41 41 39 35 30 26',
    '14 15 18 21 25 28 30 30 28 24 20 16',
    '19 25 22 7 0 0 1 0 0 1 3 16',
  ),
  city(
    'Lisbon',
    'Portugal',
    '15 16 19 20 22 26 28 28 27 23 18 15',
    '8 9 11 12 14 17 18 19 18 15 12 9',
    '100 85 53 68 54 16 4 6 33 101 128 127',
  ),
  city(
    'London',
    'United Kingdom',
    '8 9 11 15 18 21 24 23 20 16 11 9',
    '2 2 4 6 9 12 14 14 11 8 5 3',
    '59 45 39 42 46 47 46 53 50 65 67 57',
  ),
  city(
    'Mexico City',
    'Mexico',
    '22 24 26 27 27 25 24 24 23 23 23 22',
    '7 8 10 12 13 14 13 13 13 11 9 7',
    '8 7 12 28 60 135 170 165 140 65 14 8',
  ),
  city(
    'Mumbai',
    'India',
    '31 31 33 33 33 32 30 30 31 33 33 32',
    '17 18 21 24 27 26 25 25 24 23 21 18',
    '0 1 0 0 11 537 920 560 380 91 11 2',
  ),
  city(
    'Nairobi',
    'Kenya',
    '26 27 27 25 24 23 22 23 25 26 24 25',
    '12 13 14 15 14 12 11 12 12 14 14 13',
    '64 57 92 219 177 35 18 24 28 55 154 101',
  ),
  city(
    'New York',
    'United States',
    '4 6 10 17 22 27 29 29 25 18 12 7',
    '-2 -1 2 8 13 18 21 21 17 11 6 1',
    '92 81 109 104 100 115 117 116 110 111 91 112',
  ),
  city(
    'Oslo',
    'Norway',
    '0 1 5 11 17 21 23 21 16 10 4 1',
    '-5 -5 -2 2 7 11 14 13 9 4 0 -4',
    '56 42 44 45 60 75 87 98 85 92 81 59',
  ),
  city(
    'Paris',
    'France',
    '8 9 13 16 20 23 26 26 21 17 11 8',
    '3 3 5 8 11 14 16 16 13 10 6 4',
    '48 42 46 44 65 58 60 62 48 61 58 65',
  ),
  city(
    'Reykjavik',
    'Iceland',
    '3 3 4 6 10 13 15 14 11 7 5 4',
    '-2 -2 -1 1 4 8 9 9 6 3 0 -1',
    '88 88 82 56 53 44 52 67 87 86 86 97',
  ),
  city(
    'Rome',
    'Italy',
    '12 13 16 19 24 28 31 31 27 22 17 13',
    '3 4 6 8 13 16 19 19 16 12 8 4',
    '67 73 58 81 53 34 19 37 73 113 115 81',
  ),
  city(
    'San Francisco',
    'United States',
    '14 16 17 17 18 19 19 20 21 21 17 14',
    '8 9 9 10 11 12 12 13 13 12 10 8',
    '112 113 83 36 12 4 0 1 2 24 60 116',
  ),
  city(
    'Singapore',
    'Singapore',
    '31 32 32 32 32 32 31 31 31 32 31 31',
    '24 24 25 25 26 25 25 25 25 25 24 24',
    '222 105 151 164 164 135 146 147 125 168 252 331',
  ),
  city(
    'Stockholm',
    'Sweden',
    '1 1 4 10 16 21 24 22 17 10 5 2',
    '-3 -3 -2 2 7 12 14 14 10 5 1 -2',
    '37 29 27 29 34 61 61 66 49 51 46 45',
  ),
  city(
    'Sydney',
    'Australia',
    '27 27 26 24 21 18 18 19 22 24 25 26',
    '20 20 18 15 12 10 9 10 12 15 17 18',
    '91 131 117 114 100 142 75 75 63 67 90 73',
  ),
  city(
    'Tokyo',
    'Japan',
    '10 11 14 19 24 26 30 31 28 22 17 12',
    '1 2 5 10 15 19 23 24 21 15 9 4',
    '60 57 116 134 140 168 156 155 225 235 96 58',
  ),
  city(
    'Toronto',
    'Canada',
    '-1 0 5 12 19 24 27 26 22 14 8 2',
    '-7 -6 -2 4 10 15 18 17 13 7 2 -3',
    '62 55 54 78 76 82 77 72 69 69 74 62',
  ),
];

function city(name: string, country: string, highs: string, lows: string, rain: string): City {
  const numbers = (text: string) => text.split(' ').map(Number);
  return { name, country, highs: numbers(highs), lows: numbers(lows), rain: numbers(rain) };
}

/** The city whatever its case and accents. */
export function findCity(name: string): City | undefined {
  return CITIES.find((one) => plain(one.name) === plain(name));
}

/** Cities whose name begins with what was typed. */
export function citiesLike(typed: string): string[] {
  return CITIES.map((one) => one.name).filter((name) => plain(name).startsWith(plain(typed)));
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').trim().toLowerCase();
}
