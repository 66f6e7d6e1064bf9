import {
  type DiagnoseOptions,
  diagnose,
  type Person,
  type Report,
  renderReport,
  renderStep,
  WAYS,
  type Way,
} from '@patchbay/doctor';
import { AppError } from '@patchbay/foundation';
import { readSecretValue } from '../confirm.ts';
import { EXIT } from '../exit-code.ts';
import { openBrowser } from '../open-browser.ts';
import { printable } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';
import { listenForAnswer } from '../sign-in/loopback-server.ts';

/** Time for a person to sign in and to allow it. Milliseconds. */
const SIGN_IN_MS_MAX = 300_000;

interface DoctorOptions {
  /** Default: where a person can be asked. */
  readonly signIn?: boolean;
  readonly way?: readonly string[];
  readonly clientId?: string;
  readonly call?: string;
  readonly allowHost?: readonly string[];
}

/** Diagnoses an MCP URL from this machine. The exit code is that of a failure when a client cannot connect. */
export async function doctor(context: ProgramContext, given: string, options: DoctorOptions): Promise<void> {
  const url = readUrl(given);
  const ways = readWays(options);
  const client = await readClient(context, options);
  const person = (options.signIn ?? context.interactive) ? await createLoopbackPerson(context) : null;
  try {
    const report = await run(context, url, {
      ways,
      client,
      person,
      call: options.call,
      allowed: options.allowHost ?? [],
    });
    context.output.result(report, renderReport(report, { width: context.output.width }));
    if (!report.ok) context.setExitCode(EXIT.failure);
  } finally {
    person?.close();
  }
}

interface RunOptions extends Pick<DiagnoseOptions, 'ways' | 'client' | 'call'> {
  readonly person: LoopbackPerson | null;
  readonly allowed: readonly string[];
}

function run(context: ProgramContext, url: URL, { allowed, ...options }: RunOptions): Promise<Report> {
  return diagnose(url, {
    ...options,
    fetch,
    signal: context.signal,
    allowHost: async (host, because) => allowed.includes(host) || (await askAboutHost(context, host, because)),
    onStep: (_at, result) => {
      if (result !== null) context.output.progress(printable(renderStep(result)));
    },
  });
}

/** Documents of the target decide which hosts are asked next, so the person does. */
async function askAboutHost(context: ProgramContext, host: string, because: string): Promise<boolean> {
  if (!context.interactive) return false;
  const prompts = await import('@clack/prompts');
  const message = `Ask ${printable(host)} too? (${printable(because)})`;
  return (await prompts.confirm({ message, initialValue: false })) === true;
}

/** @throws AppError cli.usage */
function readUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new AppError('cli.usage', { detail: `${printable(given)} is not the http or https URL of an MCP endpoint.` });
  }
  url.hash = '';
  return url;
}

/** @throws AppError cli.usage */
function readWays({ way, clientId }: DoctorOptions): DiagnoseOptions['ways'] {
  if (way === undefined) return clientId === undefined ? ['cimd', 'dcr'] : ['static'];
  return way.map((name) => {
    if (!Object.hasOwn(WAYS, name) || name === 'open') {
      throw new AppError('cli.usage', {
        detail: `--way takes cimd, dcr, dcr-confidential or static, not ${printable(name)}.`,
      });
    }
    if (name === 'static' && clientId === undefined) {
      throw new AppError('cli.usage', { detail: 'The way static needs --client-id.' });
    }
    // One of the names, as was just looked up.
    return name as Exclude<Way, 'open'>;
  });
}

async function readClient(context: ProgramContext, { clientId }: DoctorOptions): Promise<DiagnoseOptions['client']> {
  if (clientId === undefined) return undefined;
  const isPiped = context.stdin.isTTY !== true && !context.interactive;
  return { id: clientId, secret: isPiped ? await readSecretValue(context, 'Client secret').catch(() => null) : null };
}

interface LoopbackPerson extends Person {
  close(): void;
}

/** The person at this terminal with their own browser, awaited on a loopback port. @see RFC 8252 §7.3 */
async function createLoopbackPerson(context: ProgramContext): Promise<LoopbackPerson> {
  // `localhost` is the name that Claude Code's document has.
  const server = await listenForAnswer(0, 'localhost');
  return {
    redirectUri: server.redirectUri,
    async signIn(authorizeUrl) {
      context.output.error(`Sign in and allow it, at most once for each way of registration:\n  ${authorizeUrl.href}`);
      if (context.interactive) openBrowser(authorizeUrl.href);
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(SIGN_IN_MS_MAX)]);
      // Without an answer the report names the step as not reached.
      return server.answer(authorizeUrl.searchParams.get('state') ?? '', signal).catch(() => null);
    },
    close: () => server.close(),
  };
}
