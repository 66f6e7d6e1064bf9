import { AppError } from '@patchbay/foundation';
import type { Ruling } from '@patchbay/policy';
import type { CredentialReference } from '@patchbay/sandbox-protocol';
import type { Permit } from '../../limits/call-limiter.ts';
import type { Call, CallReply } from '../context/call.ts';

/** How a call ended, for the record. */
export interface CallOutcome {
  readonly ruling?: Ruling | undefined;
  readonly reply?: CallReply;
  readonly error?: unknown;
}

export interface CallToolDeps {
  /** Decides by policies and annotations. */
  rule(call: Call): Promise<Ruling>;
  /** Takes room for the call. @throws AppError limits.* */
  admit(call: Call): Promise<Permit>;
  /** References to the credentials the call may use; never their values. */
  openCredentials(call: Call): Promise<readonly CredentialReference[]>;
  /**
   * Makes durable that the call is about to be sent: from here on it may have run, whatever becomes of this process.
   * Rejects when that cannot be kept, and then nothing is sent.
   */
  recordIntent(call: Call): Promise<void>;
  /** Runs the call in its sandbox. @throws AppError sandbox.*, mcp.cancelled */
  invoke(call: Call, credentials: readonly CredentialReference[]): Promise<CallReply>;
  /** Keeps what happened. Resolves when it is kept; never rejects. */
  record(call: Call, outcome: CallOutcome): Promise<void>;
}

/**
 * One call, from a known caller to a recorded outcome: policy → limits → credential → intent → sandbox →
 * record.
 * Tools, prompts, resources and completions all come this way. Read top to bottom; there is no other path.
 */
export async function callTool(deps: CallToolDeps, call: Call): Promise<CallReply> {
  let ruling: Ruling | undefined;
  let reply: CallReply;
  try {
    ruling = await deps.rule(call);
    call.steps.lap('policy');
    reply = await follow(deps, call, ruling);
  } catch (error) {
    await deps.record(call, { ruling, error });
    throw error;
  }
  await deps.record(call, { ruling, reply });
  return reply;
}

async function follow(deps: CallToolDeps, call: Call, ruling: Ruling): Promise<CallReply> {
  switch (ruling.effect) {
    case 'blocked':
      throw new AppError('policy.tool_blocked', { data: { tool: call.name, because: ruling.because } });
    case 'needs_approval':
      throw new AppError('policy.needs_approval', {
        detail: `${ruling.reason} It requires approval, and approvals are not available yet.`,
        data: { tool: call.name, because: ruling.because },
      });
    case 'always_allow': {
      const permit = await deps.admit(call);
      call.steps.lap('limits');
      try {
        const credentials = await deps.openCredentials(call);
        call.steps.lap('credential');
        await deps.recordIntent(call);
        call.steps.lap('intent');
        return await deps.invoke(call, credentials);
      } finally {
        permit.release();
      }
    }
  }
}
