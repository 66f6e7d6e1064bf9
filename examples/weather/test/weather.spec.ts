import { callTool, listTools, openSession } from '@patchbay/connector/testing';
import { describe, expect, it } from 'vitest';
import { CITIES } from '../src/climate-data.ts';
import connector from '../src/index.ts';

describe('the weather connector', () => {
  it('names the known cities when a city is unknown', async () => {
    const result = await callTool(connector, 'get_climate', { city: 'Atlantis', month: 7 });
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining('Lisbon') });
  });

  it('refuses a thirteenth month', async () => {
    expect((await callTool(connector, 'get_climate', { city: 'Lisbon', month: 13 })).isError).toBe(true);
  });

  it('refuses to convert between units of different quantities', async () => {
    const result = await callTool(connector, 'convert_units', { value: 1, from: 'C', to: 'mph' });
    expect(result).toMatchObject({ isError: true, text: 'C measures temperature, mph measures speed.' });
  });

  it('the climate data has twelve plausible months for every city', () => {
    for (const city of CITIES) {
      for (const values of [city.highs, city.lows, city.rain]) {
        expect(values, city.name).toHaveLength(12);
        expect(values.every(Number.isFinite), city.name).toBe(true);
      }
      expect(
        city.highs.every((high, index) => high > (city.lows[index] ?? high)),
        city.name,
      ).toBe(true);
    }
  });

  it('returns a climate in the requested units', async () => {
    const metric = await callTool(connector, 'get_climate', { city: 'lisbon', month: 7 });
    expect(metric.structuredContent).toMatchObject({ city: 'Lisbon', month: 'July', high: 28, units: { rain: 'mm' } });
    const us = await callTool(connector, 'get_climate', { city: 'Lisbon', month: 7, units: 'us' });
    expect(us.structuredContent).toMatchObject({ high: 82, units: { temperature: '°F' } });
  });

  it.each([
    [100, 'C', 'F', 212],
    [0, 'K', 'C', -273.15],
    [1, 'in', 'mm', 25.4],
    [36, 'km/h', 'm/s', 10],
    [1013.25, 'hPa', 'inHg', 29.9213],
  ])('converts %d %s to %s', async (value, from, to, expected) => {
    expect((await callTool(connector, 'convert_units', { value, from, to })).structuredContent).toEqual({
      value: expected,
      unit: to,
    });
  });

  it('lists the more pleasant city, or the more pleasant month, first', async () => {
    const compared = await callTool(connector, 'compare_climates', { cities: ['Dubai', 'Stockholm'], month: 7 });
    expect(compared.structuredContent).toMatchObject({ cities: [{ city: 'Stockholm' }, { city: 'Dubai' }] });
    const best = await callTool(connector, 'best_months', { city: 'Dubai', count: 2 });
    expect(best.structuredContent).toMatchObject({ months: [{ month: 'January' }, { month: 'February' }] });
  });

  it('every tool of the weather connector is read-only and has a title and an output schema', async () => {
    for (const tool of await listTools(connector)) {
      expect(tool, tool.name).toMatchObject({ title: expect.any(String), annotations: { readOnlyHint: true } });
      expect(tool.outputSchema, tool.name).toBeDefined();
    }
  });

  it('the weather connector offers its cities as resources and suggestions', async () => {
    const session = openSession(connector);
    const all = await session.readResource('weather://cities/New%20York');
    expect(JSON.parse((all.contents[0] as { text: string }).text)).toHaveLength(12);
    expect(await session.completeArgument('plan_trip', 'city', 'ne')).toEqual(['New York']);
    expect((await session.getPrompt('plan_trip', { city: 'Oslo' })).messages).toHaveLength(1);
  });
});
