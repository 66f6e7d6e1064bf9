import {
  capabilitiesOf,
  type Era,
  type JsonObject,
  type ManifestView,
  type McpRequest,
  type RpcFault,
} from '@patchbay/mcp';
import type { RequestStates } from '../call/request-states.ts';
import type { Access, ConnectorAccess, ServedConnector } from '../context/access.ts';
import type { Answer } from '../context/answer.ts';
import type { Call, CallReply, Target } from '../context/call.ts';
import type { AuthenticatedRequest } from '../context/request-head.ts';
import type { OrganizationAccess, OrganizationView } from '../organization/organization-view.ts';
import type { OpenSession, Sessions } from '../sessions/sessions.ts';
import type { FollowResources } from '../subscriptions/follow-resources.ts';
import type { ListenStreams } from '../subscriptions/listen-streams.ts';
import type { OpenAnswer } from './open-answer.ts';

/** A row of the table of methods. */
export type Method = AnsweredMethod | CalledMethod;

interface MethodFacts {
  /** The revisions that have it: `legacy` from 2025-03-26 to 2025-11-25, `modern` 2026-07-28. */
  readonly eras: readonly Era[];
  /** Which member of `params` names what it is about. The header `Mcp-Name` mirrors it. */
  readonly names?: 'name' | 'uri' | 'taskId';
  /** The capability that a connector must offer for it; without that the method does not exist there. */
  readonly needs?: Need;
  /** Opens a session, or is there `inside` one only. Without a value it is there with and without. */
  readonly session?: 'opens' | 'inside';
}

/** Answered from the manifest or the session, while the connector sleeps. */
export interface AnsweredMethod extends MethodFacts {
  readonly runsCode: false;
  /** The answer at the URL of a connector. */
  readonly connector: Handler<ConnectorAccess>;
  /** The answer at the URL of an organization. */
  readonly organization: Handler<OrganizationAccess>;
}

/** Runs code of a connector: a call, with policy, limits, credential, intent and record. */
export interface CalledMethod extends MethodFacts {
  readonly runsCode: true;
  /** The subject of the request, as in the connector's manifest. */
  readonly connector: (manifest: ManifestView, request: McpRequest) => Subject | RpcFault;
  /** Which connector of the organization it is for. */
  readonly organization: (view: OrganizationView, request: McpRequest) => Target | Answer;
}

/** Answers a request; null when the response belongs to a stream from then on. */
export type Handler<Known extends Access = Access> = (
  context: MethodContext<Known>,
  request: McpRequest,
  method: Method,
) => Answer | null | Promise<Answer | null>;

/** One request of a known caller, as its method gets it. */
export interface MethodContext<Known extends Access = Access> {
  readonly services: MethodServices;
  readonly caller: AuthenticatedRequest<Known>;
  /** Null without one, and always in 2026-07-28. */
  readonly session: OpenSession | null;
  readonly answer: OpenAnswer;
}

/** Dependencies of the methods. */
export interface MethodServices {
  readonly origin: string;
  readonly sessions: Sessions;
  readonly listenStreams: ListenStreams;
  readonly followResources: FollowResources;
  /** Guards what connectors give clients to keep between two rounds of one call. */
  readonly requestStates: RequestStates;
  /** The tools of a connector that no policy keeps from the caller. */
  visibleTools(connector: ServedConnector): Promise<JsonObject[]>;
  callTool(call: Call): Promise<CallReply>;
}

/** The tool a call is of; null for everything that is not a tool. */
export interface Subject {
  readonly tool: JsonObject | null;
}

export type Need = 'tools' | 'prompts' | 'resources' | 'completions' | 'resourceUpdates';

/** Whether the manifest offers what the method needs. */
export function isOffered({ needs }: MethodFacts, manifest: ManifestView): boolean {
  if (needs === undefined) return true;
  if (needs === 'resourceUpdates') return manifest.resourceUpdates;
  return capabilitiesOf(manifest)[needs] !== undefined;
}
