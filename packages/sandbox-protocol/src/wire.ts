/** How client and host speak with each other, and the host with its sandboxes: for these two packages alone. */
export { buildTaskHeaderSchema } from './calls/build-task.ts';
export { type InvocationHeader, invocationHeaderSchema, invocationSchema } from './calls/invocation.ts';
export type { CallConnection, RunnerCallHeader } from './calls/runner-call.ts';
export {
  decodeJson,
  decodeMixed,
  encodeJsonFrame,
  encodeMixedFrame,
  type Frame,
  FrameError,
  FrameReader,
  HOST_FRAME_BYTES_MAX,
  SANDBOX_FRAME_BYTES_MAX,
} from './frames/frame.ts';
export { keepAlive } from './frames/keep-alive.ts';
export {
  agreeOnVersion,
  CREDENTIALS_SINCE,
  helloSchema,
  mismatchText,
  PROTOCOL_VERSIONS,
  SILENT_PEER,
  type VersionRange,
} from './frames/protocol-version.ts';
export { RUNNER_FRAMES } from './frames/runner-frames.ts';
export { SUPERVISOR_FRAMES } from './frames/supervisor-frames.ts';
export { fromWireError, toWireError } from './frames/wire-error.ts';
export { writeInTurn } from './frames/write-in-turn.ts';
export { encodeCall } from './payloads/encode-call.ts';
export { encodePayload } from './payloads/payload.ts';
export { type RawAnswer, readAnswer, resultTooLarge } from './payloads/read-answer.ts';
export { readPeerName } from './peers/peer-name.ts';
export { retireMatchSchema } from './peers/retire-match.ts';
export { type SupervisorStatus, supervisorStatusSchema } from './peers/supervisor-status.ts';
export {
  type CredentialGrant,
  type CredentialPlacement,
  decodeCredentials,
  encodeCredentials,
} from './provisions/credential-grant.ts';
export { egressViolationSchema } from './provisions/egress-violation.ts';
export { egressPolicySchema } from './provisions/narrow-egress.ts';
export { decodeProvision, encodeProvision } from './provisions/provision-frame.ts';
