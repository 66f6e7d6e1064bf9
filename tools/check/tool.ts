import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Finding, Rule } from './rule.ts';

/** A check by an external program: it passes when the program ends with 0. Its output becomes the finding. */
export function toolRule(name: string, program: string, args: readonly string[]): Rule {
  return {
    name,
    async find(tree): Promise<readonly Finding[]> {
      const executable = path.join(tree.root, 'node_modules/.bin', program);
      const { code, output } = await run(executable, args, tree.root);
      if (code === 0) return [];
      const lines = output.trim().split('\n');
      return [{ file: program, message: `ended with ${code}\n${lines.map((line) => `    ${line}`).join('\n')}` }];
    },
  };
}

function run(
  executable: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | string; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(executable, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code: code ?? signal ?? 'no code', output: Buffer.concat(chunks).toString() }),
    );
  });
}
