import type { PolicyInput, ToolAnnotations, ToolKind } from './policy.ts';

/**
 * The effect that the annotations of a tool declare. Without a declaration it counts as destructive.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/schema#toolannotations
 */
export function effectKind({ readOnlyHint, destructiveHint }: ToolAnnotations): Exclude<ToolKind, 'interactive'> {
  if (readOnlyHint === true) return 'read';
  return destructiveHint === false ? 'write' : 'destructive';
}

/** Whether the tool is of one of the kinds. */
export function isOfKind(
  { annotations, interactive }: Pick<PolicyInput, 'annotations' | 'interactive'>,
  kinds: readonly ToolKind[],
): boolean {
  return kinds.includes(effectKind(annotations)) || (interactive && kinds.includes('interactive'));
}
