import { spawn } from 'node:child_process';
import { fail } from './say.mjs';

/**
 * Runs a command and resolves with its exit code. `quiet` keeps its output back and shows it only when it fails.
 * Signals meant for us are handed on, and we stay until the command has ended.
 */
export function runCommand(program, args, options = {}) {
  const { quiet = false, ...rest } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit', ...rest });
    let output = '';
    for (const stream of quiet ? [child.stdout, child.stderr] : []) {
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-20_000);
      });
    }
    const handOn = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, handOn);
    const end = (code) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, handOn);
      if (quiet && code !== 0) process.stderr.write(`${output}\n`);
      resolve(code);
    };
    child.on('error', (error) => {
      output += error.message;
      end(127);
    });
    child.on('close', (code, signal) => end(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

/** The same for a step that must succeed. */
export async function mustRun(what, program, args, options = {}) {
  const code = await runCommand(program, args, { quiet: true, ...options });
  if (code !== 0)
    fail(`${what} failed.`, `its output is above (exit code ${code}).`, 'mend that and run the same command again.');
}
