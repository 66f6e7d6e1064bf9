import { describe, expect, it } from 'vitest';
import { RequestCounts } from './request-counts.ts';

describe('the counts of requests', () => {
  it('raises one alert of a role that is held back until the next report, which has the counts', () => {
    const lines: unknown[] = [];
    const counts = new RequestCounts({
      info: (facts: unknown) => void lines.push(facts),
      error: (facts: unknown) => void lines.push(facts),
    });
    const alert = { role: 'gateway', operation: 'unwrap' };
    counts.add('gateway', 'unwrap', 'done');
    for (let times = 0; times < 3; times += 1) counts.add('gateway', 'unwrap', 'throttled');
    expect(lines).toEqual([alert]);
    counts.report();
    counts.report();
    expect(lines).toEqual([alert, { requests: { 'gateway unwrap done': 1, 'gateway unwrap throttled': 3 } }]);
    counts.add('gateway', 'unwrap', 'throttled');
    expect(lines.at(-1)).toEqual(alert);
    counts.close();
  });
});
