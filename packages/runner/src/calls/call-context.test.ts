import type { RunnerContext } from '@patchbay/connector';
import type { RunnerCallContext } from '@patchbay/sandbox-protocol/inside';
import { expectTypeOf, it } from 'vitest';

type Shared = 'user' | 'organization' | 'client' | 'requestId' | 'idempotencyKey' | 'cacheScopeKey' | 'connections';

/** Written by hand in the SDK, which is published without the sandbox; `npm run check` compares the two. */
it('gives a connector the context that the SDK promises', () => {
  expectTypeOf<Pick<RunnerCallContext, Shared>>().toExtend<Pick<RunnerContext, Shared>>();
  expectTypeOf<Required<Pick<RunnerContext, Shared>>>().toExtend<Pick<RunnerCallContext, Shared>>();
});
