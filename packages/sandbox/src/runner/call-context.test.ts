import type { RunnerContext } from '@patchbay/connector';
import { expectTypeOf, it } from 'vitest';
import type { RunnerCallContext } from '../protocol/runner-call.ts';

type Shared = 'user' | 'organization' | 'client' | 'requestId' | 'idempotencyKey' | 'cacheScopeKey';

/** Written by hand in the SDK, which is published without the sandbox; `npm run check` compares the two. */
it('gives a connector the context that the SDK promises', () => {
  expectTypeOf<Pick<RunnerCallContext, Shared>>().toExtend<Pick<RunnerContext, Shared>>();
  expectTypeOf<Pick<RunnerContext, Shared>>().toExtend<Pick<RunnerCallContext, Shared>>();
});
