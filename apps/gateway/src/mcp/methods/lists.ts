import { invalidParams, type ListMethod, listResult, type McpRequest, methodNotFound, own } from '@patchbay/mcp';
import type { ConnectorAccess } from '../context/access.ts';
import { type Answer, faultAnswer, resultAnswer } from '../context/answer.ts';
import { ON_DEMAND_TOOLS } from '../organization/on-demand-tools.ts';
import type { OrganizationAccess, OrganizationView } from '../organization/organization-view.ts';
import { pageOf } from '../organization/page-list.ts';
import { type Handler, isOffered } from './method.ts';

/** A list of one connector: a single page, without the tools that a policy keeps from the caller. */
export const answerList: Handler<ConnectorAccess> = async ({ services, caller }, request, row) => {
  const { connectors, manifest } = caller.access;
  // A connector's own lists have one page: no cursor was ever issued.
  if (own(request.params, 'cursor') !== undefined) return unknownCursor(request);
  if (!isOffered(row, manifest)) return faultAnswer(methodNotFound(request.id, request.method, request.era));
  const method = listMethodOf(request);
  const shown = method === 'tools/list' ? { ...manifest, tools: await services.visibleTools(connectors[0]) } : manifest;
  return resultAnswer(request, listResult(shown, method, request.era));
};

/** A page of a list of everything that the caller may use in the organization. */
export const answerPage: Handler<OrganizationAccess> = ({ caller: { access } }, request) =>
  pageOfOrganization(access.view, request);

/** Pure. */
export function pageOfOrganization({ manifest, isOnDemand }: OrganizationView, request: McpRequest): Answer {
  const method = listMethodOf(request);
  const shown = method === 'tools/list' && isOnDemand ? { ...manifest, tools: [...ON_DEMAND_TOOLS] } : manifest;
  const page = pageOf(listResult(shown, method, request.era), method, own(request.params, 'cursor'));
  return page ? resultAnswer(request, page) : unknownCursor(request);
}

function listMethodOf({ method }: McpRequest): ListMethod {
  return method as ListMethod; // the rows of lists are the methods of this type
}

function unknownCursor({ id }: McpRequest): Answer {
  return faultAnswer(invalidParams(id, 'params.cursor is not of this list'));
}
