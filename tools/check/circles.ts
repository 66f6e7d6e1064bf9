/** An edge that closes a circle, and the nodes of it, with the first one again at the end. */
export interface Circle<Node, Edge> {
  readonly edge: Edge;
  readonly nodes: readonly Node[];
}

/**
 * The circles of a directed graph, one for each edge that leads back to a node on the way to it: a search in depth that
 * enters every node once.
 *
 * @param edgesOf edges that leave a node; `to` is the node that an edge leads to
 */
export function findCircles<Node, Edge extends { readonly to: Node }>(
  nodes: Iterable<Node>,
  edgesOf: (node: Node) => Iterable<Edge>,
): Circle<Node, Edge>[] {
  const circles: Circle<Node, Edge>[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  const visit = (node: Node, trail: readonly Node[]) => {
    state.set(node, 'open');
    const here = [...trail, node];
    for (const edge of edgesOf(node)) {
      const known = state.get(edge.to);
      if (known === 'open') circles.push({ edge, nodes: [...here.slice(here.indexOf(edge.to)), edge.to] });
      if (known === undefined) visit(edge.to, here);
    }
    state.set(node, 'done');
  };
  for (const node of nodes) if (!state.has(node)) visit(node, []);
  return circles;
}
