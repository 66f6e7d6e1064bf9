import type { SourceTree } from './source-tree.ts';

/** One thing a rule objects to. `line` counts from 1; absent when the whole file is meant. */
export interface Finding {
  readonly file: string;
  readonly line?: number | undefined;
  readonly message: string;
}

/** A convention of this repository as a function of its files: same tree, same findings, nothing written. */
export interface Rule {
  readonly name: string;
  find(tree: SourceTree): readonly Finding[] | Promise<readonly Finding[]>;
}

/** `file:line  message`, as editors and terminals link it. */
export function formatFinding(finding: Finding): string {
  const place = finding.line === undefined ? finding.file : `${finding.file}:${finding.line}`;
  return `  ${place}  ${finding.message}`;
}
