import type { ErrorSpec } from '../errors.ts';

export const POLICY_ERRORS = {
  'policy.needs_approval': {
    status: 403,
    owner: 'caller',
    title: 'This tool requires approval, and approvals are not available yet.',
    hint: 'An owner must allow it: annotate the tool as readOnly or destructive: false where that is true, and deploy again.',
  },
  'policy.tool_blocked': {
    status: 403,
    owner: 'caller',
    title: 'This tool is blocked by a policy of the organization.',
    hint: 'Ask an owner or admin of the organization to change the policy.',
  },
} as const satisfies Record<string, ErrorSpec>;
