/** Frame types on descriptor 3. Below 16: host to sandbox; from 16: sandbox to host, every one of them hostile input. */
export const RUNNER_FRAMES = {
  /** mixed: `Assignment` + artifact. Once in the life of a sandbox. */
  assign: 1,
  /** mixed: `RunnerCallHeader` + parameters as JSON text */
  call: 2,
  /** JSON: `{ id }` */
  cancel: 3,
  /** JSON: `{ n }` */
  ping: 4,
  /** mixed: `{ input }` + files; build sandboxes only, once */
  task: 5,
  /** JSON: `{}`; before the assignment, at most once, to warm sandboxes */
  warmUp: 6,

  /** JSON: `{}`; the program is loaded and waits */
  ready: 16,
  /** JSON: `{}`; the connector is loaded and serves */
  assigned: 17,
  /** JSON: `{ code, message, stack }` */
  startFailed: 18,
  /** mixed: `RunnerAnswerHeader` + result or error as JSON text */
  answer: 19,
  /** JSON: `{ id, method, params }` */
  notification: 20,
  /** JSON: `{ id, level, text }` */
  log: 21,
  /** JSON: `{ n }` */
  pong: 22,
  /** JSON object, up to the program */
  taskProgress: 23,
  /** mixed: `{ result, hasFiles }` + files */
  taskResult: 24,
  /** JSON: `{ message, stack }` */
  taskFailed: 25,
  /** JSON: `{ method, uri? }`, a change published outside of any call */
  event: 26,
  /** JSON: `{}`; the warm-up is over */
  warmedUp: 27,
} as const;
