import { expect, test } from 'vitest';
import { captureFileName } from '../../src/capture/capture-file.ts';
import { createCaptureFinder } from '../../src/capture/inspect/capture-of-request.ts';

const nameAt = (at: number, requestId = 'sent-twice') =>
  captureFileName({
    startedAt: new Date(at).toISOString(),
    method: 'PUT',
    path: '/contacts',
    status: 200,
    requestId,
    unique: '00',
  });

test('of requests that share an id, each has its own capture, however close they are', () => {
  const moments = [1_764_130_000_000, 1_764_130_000_040, 1_764_130_001_900];
  const names = moments.map((at) => nameAt(at));
  const find = createCaptureFinder([...names, nameAt(1_764_130_000_000, 'other')]);

  expect(moments.map((at) => find({ at, requestId: 'sent-twice' }))).toEqual(names);
  expect(find({ at: 1_764_130_010_000, requestId: 'sent-twice' })).toBeUndefined();
});
