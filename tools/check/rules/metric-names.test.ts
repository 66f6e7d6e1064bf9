import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { metricNames } from './metric-names.ts';

const file = (text: string, path = 'apps/worker/src/metrics.ts') => ({
  [path]: `import { Counter, Gauge, Histogram } from 'prom-client';\n${text}\n`,
});

describe('metric-names', () => {
  it.each([
    ['a counter without _total', "new Counter({ name: 'patchbay_calls', help: 'Calls.' });", 'end in _total'],
    ['a gauge with _total', "new Gauge({ name: 'patchbay_calls_total', help: 'Calls.' });", 'end in _total'],
    ['a histogram without a unit', "new Histogram({ name: 'patchbay_calls', help: 'Calls.' });", 'end in its unit'],
    ['milliseconds', "new Gauge({ name: 'patchbay_delay_ms', help: 'Delay.' });", 'not in a base unit'],
    ['a name without the prefix', "new Gauge({ name: 'calls', help: 'Calls.' });", 'begin with patchbay_'],
    ['a help that is no sentence', "new Gauge({ name: 'patchbay_calls', help: 'calls by state' });", 'not a sentence'],
    ['a name from elsewhere', "new Gauge({ name, help: 'Calls.' });", 'written where it is declared'],
  ])('refuses the declaration of a metric: %s', async (_what, text, message) => {
    expect(await objections(metricNames, file(text))).toEqual([expect.stringContaining(message)]);
  });

  it('refuses a metric that is declared outside of metrics.ts', async () => {
    const text = "new Gauge({ name: 'patchbay_calls', help: 'Calls.' });";
    expect(await objections(metricNames, file(text, 'apps/worker/src/queues.ts'))).toEqual([
      'apps/worker/src/queues.ts:2 metrics of an app are declared in its metrics.ts',
    ]);
  });

  it('accepts counters, gauges and histograms that follow the conventions of Prometheus', async () => {
    const text = `new Counter({ name: 'patchbay_calls_total', help: 'Calls.' });
      new Gauge({ name: 'patchbay_calls_in_flight', help: '1 while a call is in flight.' });
      new Histogram({ name: 'patchbay_call_duration_seconds', help: 'Duration of a call.' });`;
    expect(await objections(metricNames, file(text))).toEqual([]);
  });
});
