/** Calls of one assigned sandbox: from a frame to the frame that answers it. */
import {
  isJsonObject,
  RUNNER_FRAMES,
  type RunnerAnswerHeader,
  type RunnerCall,
} from '@patchbay/sandbox-protocol/inside';
import type { HostLink } from '../host-link.ts';
import type { LoadedConnector } from '../load-connector.ts';
import { describeConnector, listAll } from '../servers/describe-connector.ts';
import { messageOf } from '../start-error.ts';
import { type RunningCall, runAsCall } from './call-context.ts';
import { OutputSchemas } from './output-schemas.ts';
import type { CallAnswer, CallError, ConnectorServer } from './runner-call.ts';

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
    if (!this.#running.delete(call.id)) return;
    const { text, ...header } = writeAnswer(call, answer);
    link.sendPayload(RUNNER_FRAMES.answer, { id: call.id, ...header } satisfies RunnerAnswerHeader, text);
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

/** Header and payload of the answer. The result is serialised once and bounded here; the host bounds it again. */
function writeAnswer(call: RunnerCall, answer: CallAnswer): Omit<RunnerAnswerHeader, 'id'> & { readonly text: string } {
  const failed = (error: CallError) => ({ isError: true, text: JSON.stringify(error) });
  try {
    if ('error' in answer) return failed(answer.error);
    if (!isJsonObject(answer.result)) {
      return failed({ code: -32603, message: 'The connector answered without a result.' });
    }
    const text = JSON.stringify(answer.result);
    const resultBytes = Buffer.byteLength(text);
    return resultBytes > call.resultBytesMax ? { tooLarge: resultBytes, text: '' } : { text };
  } catch (error) {
    return failed({ code: -32603, message: `The result is not JSON: ${messageOf(error)}` });
  }
}
