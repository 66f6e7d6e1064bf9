import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { AppError } from '@patchbay/foundation';

const MAJOR_MIN = 24;

/**
 * The Node that runs connectors: this one when it is recent enough, else the one a project or checkout pins.
 * @throws AppError cli.node_too_old
 */
export async function findNode(): Promise<string> {
  if (Number.parseInt(process.versions.node, 10) >= MAJOR_MIN) return process.execPath;
  for (const base of [path.join(process.cwd(), 'package.json'), import.meta.filename]) {
    const pinned = pinnedNode(createRequire(base));
    if (pinned !== undefined) return pinned;
  }
  throw new AppError('cli.node_too_old', {
    detail: `This is Node ${process.versions.node}, and node-${process.platform}-${process.arch} is not in this project.`,
  });
}

function pinnedNode(require: NodeJS.Require): string | undefined {
  try {
    const folder = path.dirname(require.resolve(`node-${process.platform}-${process.arch}/package.json`));
    const file = path.join(folder, 'bin/node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}
