/** Frame types between gateway or worker (below 16) and supervisor (from 16). */
export const SUPERVISOR_FRAMES = {
  /** empty, both ways: the sender lives; only between machines */
  heartbeat: 0,

  /** JSON: `Invocation`; before version 3 */
  invoke: 1,
  /** JSON: `{ id }`, an invocation or a task */
  cancel: 2,
  /** `encodeProvision`; the answer to `provide` */
  provided: 3,
  /** JSON: `{ id, error }` */
  provideFailed: 4,
  /** JSON: `{ id, match }` */
  retire: 5,
  /** mixed: task without files + files */
  task: 6,
  /** JSON: `{ id }` */
  health: 7,
  /** JSON: `{ versions }`, a `VersionRange`; first of all, and only to a supervisor whose status declares its own */
  hello: 8,
  /** `encodeCredentials`; the answer to `pullCredentials`. The one frame that carries values of credentials. */
  credentials: 9,
  /** JSON: `{ id, error }` */
  credentialsFailed: 10,
  /** mixed: `InvocationHeader` + parameters as JSON text */
  call: 11,
  /** JSON: `{ organizationId, hosts }`: the hosts that an organization allows from now on, null for all; version 4 */
  egressPolicy: 12,

  /** JSON: `{ id, outcome }`, to `invoke` */
  outcome: 16,
  /** JSON: `{ id, error }`, for every kind of request */
  failed: 17,
  /** JSON: `{ id, method, params }` */
  notification: 18,
  /** JSON: `{ id, key, artifactDigest, snapshotDigest? }`; answered by `provided` or `provideFailed` */
  provide: 19,
  /** JSON: `LogRecord` */
  log: 20,
  /** JSON: `{ id, value }`, to `retire` and `health` */
  done: 21,
  /** JSON: `{ id, progress }` */
  taskProgress: 22,
  /** mixed: `{ id, result, usage, hasFiles }` + files */
  taskResult: 23,
  /** JSON: `ConnectorEvent` */
  event: 24,
  /** JSON: `SupervisorStatus`; the first frame of a connection, and again when it changes */
  status: 25,
  /** JSON: `{ id }`, of an invocation that names credentials; answered by `credentials` or `credentialsFailed` */
  pullCredentials: 26,
  /** mixed: `{ id, isError, timings }` + result or error as JSON text, to `call` */
  answer: 27,
  /** JSON: `{ id, pull, credential, revision }`: the provider refused it; answered by `credentials` or `credentialsFailed` of id `pull` */
  refreshCredential: 28,
  /** JSON: `{ id, violation }`: a request during this invocation was refused because only reads were in flight */
  violation: 29,
} as const;
