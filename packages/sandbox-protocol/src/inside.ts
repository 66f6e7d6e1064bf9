/** The entry of the programs inside of sandboxes. It loads no other files of ours but these few. */
export { isConnectorEventMethod } from './calls/connector-event.ts';
export { LEAVE_STREAM_METHOD } from './calls/outcome.ts';
export type { RunnerAnswerHeader, RunnerCall, RunnerCallContext, RunnerCallHeader } from './calls/runner-call.ts';
export {
  decodeJson,
  decodeMixed,
  encodeJsonFrame,
  encodeMixedFrame,
  type Frame,
  FrameReader,
  HOST_FRAME_BYTES_MAX,
} from './frames/frame.ts';
export { RUNNER_FRAMES } from './frames/runner-frames.ts';
export { writeInTurn } from './frames/write-in-turn.ts';
export { isJsonObject, type JsonObject, type JsonValue } from './payloads/json.ts';
