import { type Classification, type Era, type McpRequest, methodNotFound } from '@patchbay/mcp';
import type { Access } from '../context/access.ts';
import { type Answer, faultAnswer } from '../context/answer.ts';
import { forwardCompletion, forwardPrompt, forwardRead, forwardTool } from '../organization/route-organization.ts';
import { answerCall, findCompletion, findPrompt, findResource, findTool } from './call.ts';
import { acknowledge, discover, initialize } from './initialize.ts';
import { listen } from './listen.ts';
import { answerList, answerPage } from './lists.ts';
import type { Handler, Method, MethodContext } from './method.ts';
import type { Mount } from './mount.ts';
import { setLevel } from './set-level.ts';
import { subscribe, unsubscribe } from './subscribe.ts';
import { version, versions } from './version.ts';

const BOTH: readonly Era[] = ['legacy', 'modern'];
const LEGACY: readonly Era[] = ['legacy'];
const MODERN: readonly Era[] = ['modern'];

/** Defined by a specification and not served; its header is checked all the same. */
const notServed: Handler = (_context, request) => faultAnswer(notFound(request));

/**
 * Every method. Which eras have it, which header mirrors its name, whether it belongs to a session, whether it runs code,
 * and who answers at which kind of URL: all of it follows from its row, and a method without a row does not exist.
 */
export const METHODS: Readonly<Record<string, Method>> = {
  initialize: { eras: LEGACY, session: 'opens', runsCode: false, connector: initialize, organization: initialize },
  'server/discover': { eras: MODERN, runsCode: false, connector: discover, organization: discover },
  ping: { eras: LEGACY, runsCode: false, connector: acknowledge, organization: acknowledge },
  'logging/setLevel': { eras: LEGACY, runsCode: false, connector: setLevel, organization: setLevel },

  'tools/list': { eras: BOTH, needs: 'tools', runsCode: false, connector: answerList, organization: answerPage },
  'prompts/list': { eras: BOTH, needs: 'prompts', runsCode: false, connector: answerList, organization: answerPage },
  'resources/list': {
    eras: BOTH,
    needs: 'resources',
    runsCode: false,
    connector: answerList,
    organization: answerPage,
  },
  'resources/templates/list': {
    eras: BOTH,
    needs: 'resources',
    runsCode: false,
    connector: answerList,
    organization: answerPage,
  },

  'tools/call': { eras: BOTH, names: 'name', runsCode: true, connector: findTool, organization: forwardTool },
  'prompts/get': { eras: BOTH, names: 'name', runsCode: true, connector: findPrompt, organization: forwardPrompt },
  'resources/read': { eras: BOTH, names: 'uri', runsCode: true, connector: findResource, organization: forwardRead },
  'completion/complete': {
    eras: BOTH,
    needs: 'completions',
    runsCode: true,
    connector: findCompletion,
    organization: forwardCompletion,
  },

  'subscriptions/listen': { eras: MODERN, runsCode: false, connector: listen, organization: listen },
  'resources/subscribe': {
    eras: LEGACY,
    needs: 'resourceUpdates',
    session: 'inside',
    runsCode: false,
    connector: subscribe,
    organization: subscribe,
  },
  'resources/unsubscribe': {
    eras: LEGACY,
    needs: 'resourceUpdates',
    session: 'inside',
    runsCode: false,
    connector: unsubscribe,
    organization: unsubscribe,
  },

  'patchbay/version': { eras: BOTH, runsCode: false, connector: version, organization: versions },

  'tasks/get': { eras: BOTH, names: 'taskId', runsCode: false, connector: notServed, organization: notServed },
  'tasks/update': { eras: BOTH, names: 'taskId', runsCode: false, connector: notServed, organization: notServed },
  'tasks/cancel': { eras: BOTH, names: 'taskId', runsCode: false, connector: notServed, organization: notServed },
};

/** For each method that has one, the member of `params` that `Mcp-Name` mirrors. @see SEP-2243, SEP-2663 */
export const NAME_MEMBERS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(METHODS).flatMap(([method, { names }]) => (names === undefined ? [] : [[method, names]])),
);

/** Whether the message opens a session: one that it names already means nothing then. */
export function opensSession(message: Classification): boolean {
  return message.kind === 'request' && findMethod(message)?.session === 'opens';
}

/** Answers one message by its row; null when the response belongs to a stream from then on. */
export async function answerMessage<Known extends Access>(
  mount: Mount<Known>,
  context: MethodContext<Known>,
  message: Classification,
): Promise<Answer | null> {
  if (message.kind === 'fault') return faultAnswer(message);
  // A notification or a response matters only to its session.
  if (message.kind !== 'request') return { httpStatus: 202, message: null };
  const method = findMethod(message);
  if (!method || (method.session === 'inside' && !context.session)) return faultAnswer(notFound(message));
  if (!method.runsCode) return mount.handlerOf(method)(context, message, method);
  const target = mount.targetOf(method, context.caller.access, message);
  return 'connector' in target ? answerCall(context, method, target) : target;
}

function findMethod({ method, era }: McpRequest): Method | undefined {
  const row = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  return row?.eras.includes(era) ? row : undefined;
}

function notFound({ id, method, era }: McpRequest) {
  return methodNotFound(id, method, era);
}
