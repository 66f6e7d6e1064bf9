/** Calls of one specialised sandbox: from a frame to the frame that answers it. */
import { isJsonObject } from '../protocol/json.ts';
import type { RunnerCall } from '../protocol/runner-call.ts';
import { RUNNER_FRAMES } from '../protocol/runner-frames.ts';
import { type RunningCall, runAsCall } from './call-context.ts';
import { describeConnector, listAll } from './describe-connector.ts';
import type { HostLink } from './host-link.ts';
import type { LoadedConnector } from './load-connector.ts';
import { OutputSchemas } from './output-schemas.ts';
import type { CallAnswer, ConnectorServer } from './runner-call.ts';
import { messageOf } from './start-error.ts';

/** The calls that run now, by invocation id. */
export class RunningCalls {
  readonly #running = new Map<string, RunningCall>();
  readonly #schemas = new OutputSchemas();

  /** Delivers a message inside the context of the call it belongs to; the parts of a description are named `id:part`. */
  readonly inCall = (id: string, deliver: () => void): void => {
    const found = this.#running.get(id.split(':', 1)[0] ?? id);
    if (found) runAsCall(found, deliver);
    else deliver();
  };

  async serve(
    call: RunnerCall,
    target: { server: ConnectorServer; loaded: LoadedConnector; link: HostLink },
  ): Promise<void> {
    const { server, loaded, link } = target;
    const running: RunningCall = { call, abort: new AbortController(), finished: false };
    this.#running.set(call.id, running);
    let answer: CallAnswer;
    try {
      answer = await this.#answer(call, { server, loaded });
    } catch (error) {
      answer = { error: { code: -32603, message: messageOf(error) } };
    }
    running.finished = true;
    if (this.#running.delete(call.id)) link.sendText(RUNNER_FRAMES.answer, answerText(call, answer));
  }

  async #answer(
    call: RunnerCall,
    { server, loaded }: { readonly server: ConnectorServer; readonly loaded: LoadedConnector },
  ): Promise<CallAnswer> {
    switch (call.method) {
      case 'patchbay/describe':
        return describeConnector(server, loaded, call.id);
      case 'patchbay/follow': {
        const { uris } = call.params;
        await server.follow(Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : []);
        return { result: {} };
      }
      default:
        return this.#checked(call, server, await server.request(call));
    }
  }

  /** A connector of our SDK has checked its answer with the schema it declares; the others may have. */
  #checked(call: RunnerCall, server: ConnectorServer, answer: CallAnswer): CallAnswer | Promise<CallAnswer> {
    if (call.method !== 'tools/call' || server.sdk === 'connector') return answer;
    const list = async () => {
      const tools = await listAll(server, 'tools/list', 'tools', call.id);
      return Array.isArray(tools) ? tools : null;
    };
    return this.#schemas.check(call.params.name, answer, { revision: server.toolsRevision(), list });
  }

  /** Aborts the call's signal. Its answer, should one still come, is dropped. */
  cancel(id: string, server: ConnectorServer): void {
    const found = this.#running.get(id);
    if (!found) return;
    this.#running.delete(id);
    found.finished = true;
    found.abort.abort(new DOMException('The call was cancelled.', 'AbortError'));
    server.cancel(id);
  }
}

/** The answer frame's JSON text. The result is serialised once and bounded here; the host checks both again. */
function answerText(call: RunnerCall, answer: CallAnswer): string {
  const id = JSON.stringify(call.id);
  const failed = (message: string) => `{"id":${id},"error":${JSON.stringify({ code: -32603, message })}}`;
  try {
    if ('error' in answer) return `{"id":${id},"error":${JSON.stringify(answer.error)}}`;
    if (!isJsonObject(answer.result)) return failed('The connector answered without a result.');
    const text = JSON.stringify(answer.result);
    const resultBytes = Buffer.byteLength(text);
    if (resultBytes > call.resultBytesMax) return `{"id":${id},"tooLarge":${resultBytes}}`;
    return `{"id":${id},"result":${text}}`;
  } catch (error) {
    return failed(`The result is not JSON: ${messageOf(error)}`);
  }
}
