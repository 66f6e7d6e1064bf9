import { faultMessage, type JsonObject, type McpRequest, type RpcFault, resultMessage } from '@patchbay/mcp';

/** The response. A null message is an empty body. */
export interface Answer {
  readonly httpStatus: number;
  readonly message: object | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export function resultAnswer({ id }: Pick<McpRequest, 'id'>, result: JsonObject): Answer {
  return { httpStatus: 200, message: resultMessage(id, result) };
}

export function faultAnswer(fault: RpcFault): Answer {
  return { httpStatus: fault.httpStatus, message: faultMessage(fault) };
}
