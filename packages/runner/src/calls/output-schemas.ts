/**
 * Structured answers against the schema their tool declares: clients rely on it, and a server of an MCP SDK may be
 * written without any check. By interpretation, so that it works where dynamic code evaluation is refused.
 */
import type { JsonSchemaValidator } from '@modelcontextprotocol/server';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker';
import { isJsonObject, type JsonObject } from '@patchbay/sandbox-protocol/inside';
import type { CallAnswer } from './runner-call.ts';

type Check = JsonSchemaValidator<unknown>;
/** Requests the server's tools; null when it cannot list them. */
export type ListTools = () => Promise<readonly unknown[] | null>;

export class OutputSchemas {
  readonly #validator = new CfWorkerJsonSchemaValidator();
  readonly #checks = new Map<string, Check | null>();
  #revision = -1;

  /**
   * The answer, or an error for the model in its place. `revision` grows when the server notifies that its tools
   * changed.
   */
  async check(name: unknown, answer: CallAnswer, tools: { revision: number; list: ListTools }): Promise<CallAnswer> {
    if (typeof name !== 'string' || !('result' in answer) || !isJsonObject(answer.result)) return answer;
    const { isError, resultType = 'complete', structuredContent } = answer.result;
    if (isError === true || resultType !== 'complete') return answer;
    if (this.#revision !== tools.revision || !this.#checks.has(name)) await this.#read(tools);
    const check = this.#checks.get(name);
    if (!check) return answer;
    if (structuredContent === undefined) return refused(name, 'there is no structuredContent');
    const { valid, errorMessage } = check(structuredContent);
    return valid ? answer : refused(name, errorMessage ?? 'it does not fit');
  }

  async #read({ revision, list }: { revision: number; list: ListTools }): Promise<void> {
    const tools = await list();
    if (tools === null) return;
    this.#checks.clear();
    this.#revision = revision;
    for (const tool of tools.filter(isJsonObject)) {
      if (typeof tool.name !== 'string') continue;
      this.#checks.set(tool.name, isJsonObject(tool.outputSchema) ? this.#checkOf(tool.outputSchema) : null);
    }
  }

  /** A schema the interpreter cannot read checks nothing; the deploy reported its fault. */
  #checkOf(schema: JsonObject): Check | null {
    try {
      return this.#validator.getValidator(schema);
    } catch {
      return null;
    }
  }
}

function refused(name: string, reason: string): CallAnswer {
  const text = `The answer of ${name} does not fit the outputSchema it declares: ${reason.slice(0, 500)}`;
  return { result: { content: [{ type: 'text', text }], isError: true } };
}
