import { scanConnections } from './scan-connections.ts';
import { scanPackages } from './scan-packages.ts';
import { scanSecrets } from './scan-secrets.ts';
import { scanTexts } from './scan-texts.ts';
import { scanTools } from './scan-tools.ts';
import type { NewFinding, Scanned, Scanner } from './scanner.ts';

const SCANNERS: readonly Scanner[] = [scanTools, scanTexts, scanSecrets, scanPackages, scanConnections];
const ORDER = { error: 0, warning: 1, info: 2 } as const;

/** Everything all scanners found. */
export function scanVersion(scanned: Scanned): NewFinding[] {
  return inOrder(SCANNERS.flatMap((scan) => scan(scanned)));
}

/** The worst first. */
export function inOrder(findings: readonly NewFinding[]): NewFinding[] {
  return findings.toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}
