import { expect, it } from 'vitest';
import { describePlace } from './place-notes.ts';

it('data in a lasting directory, on a machine without remains, causes no note', () => {
  expect(describePlace('/srv/patchbay', '/tmp', [])).toEqual([]);
  expect(describePlace('/tmpfiles/patchbay', '/tmp', [])).toEqual([]);
});

it('warns of data in a place that the machine may empty, and counts directories without their data', () => {
  expect(
    describePlace('/tmp/patchbay', '/tmp', [{ dataDirectory: '/tmp/one' }, { dataDirectory: '/tmp/two' }]),
  ).toEqual([
    expect.stringContaining('the data is below /tmp'),
    expect.stringContaining('2 shared directories have lost the data directories they belonged to: '),
  ]);
  expect(describePlace('/srv/patchbay', '/tmp', [{ dataDirectory: '/tmp/one' }])).toEqual([
    expect.stringContaining('one shared directory has lost the data directory it belonged to: '),
  ]);
});
