import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { siteDirectory } from '@patchbay/docs-site';
import {
  type Directories,
  ensureGeneratedSecrets,
  findBubblewrap,
  openDirectories,
  type RunningService,
} from '@patchbay/embedded';
import type { StartConfig } from './config.ts';
import { type Demo, seedDemo } from './demo/seed.ts';
import { CredentialFiles } from './files/credential-files.ts';
import { InstanceLock } from './files/instance-lock.ts';
import { showNotices } from './files/kept-notices.ts';
import { placeNotes } from './files/place-notes.ts';
import { ReadyFile, readyContent } from './files/ready-file.ts';
import { choosePorts } from './ports.ts';
import { answers, appProgram, livenessUrl } from './processes/app-program.ts';
import { type BuildOptions, buildDashboard, buildDocs, packTools } from './processes/build-beside.ts';
import { ProcessRecord } from './processes/left-processes.ts';
import { ManagedProcess, STOP_ORDER } from './processes/managed-process.ts';
import { startNodeProcess } from './processes/node-process.ts';
import { type AppName, type Installation, processEnvironment, usesSpawner } from './processes/process-environment.ts';
import { rotateLogs } from './processes/rotate-logs.ts';
import { handOverDirectories, planServiceUsers } from './processes/service-users.ts';
import { type SilenceOptions, watchOf } from './processes/watch-silence.ts';
import { installationNotes, readyText } from './ready-text.ts';
import { planDatabase, planRedis } from './services.ts';
import { refuseUnfitHost, unfitHost, unfitUsers } from './unfit-host.ts';

/** Milliseconds each process of ours has to finish its work. The gateway drains calls, the worker a step. */
const STOP_GRACE_MS: Record<AppName, number> = {
  keyholder: 3_000,
  gateway: 15_000,
  worker: 15_000,
  supervisor: 10_000,
  spawner: 5_000,
  dashboard: 3_000,
};

const NOTE_RETRY_MS = 5_000;

class Stopped extends Error {} // thrown inside a start that is being stopped; it is not reported

/** The installation: starts its processes in order, watches them, stops them in order. */
export class Launcher {
  readonly #config: StartConfig;
  readonly #root: string;
  readonly #say: (text: string) => void;
  readonly #processes = new Map<string, ManagedProcess>();
  #lock: InstanceLock | undefined;
  #record: ProcessRecord | undefined;
  #ready: ReadyFile | undefined;
  #credentials: CredentialFiles | null = null;
  #stopping: Promise<void> | undefined;
  /** Ends what is still being built. */
  readonly #stopped = new AbortController();

  constructor(config: StartConfig, options: { root: string; say(text: string): void }) {
    this.#config = config;
    this.#root = options.root;
    this.#say = options.say;
  }

  /** Resolves when everything answers and people have been informed. @throws AppError start.* */
  async start(): Promise<void> {
    const config = this.#config;
    const directories = await openDirectories(config.dataDirectory, {
      hasOwnDatabase: config.databaseUrl === undefined,
      onMoved: this.#say,
    });
    this.#lock = await InstanceLock.acquire(directories.run);
    this.#record = new ProcessRecord(directories.run);
    this.#ready = new ReadyFile(directories.data);
    await this.#ready.remove();
    const left = await this.#record.endLeft(this.#say);
    if (left > 0) this.#say(`Took over from a start that was killed (${left} processes ended)`);

    const secrets = await ensureGeneratedSecrets(directories.data, config.keyFiles);
    const needed = [path.join(this.#root, 'apps'), path.dirname(process.execPath)];
    const { users, refusal } = planServiceUsers(directories, needed);
    if (refusal !== null && config.requiresFullLimits) throw unfitUsers(refusal);
    await handOverDirectories(directories, users);
    this.#credentials = await CredentialFiles.open(directories, users);
    const access = { secrets, clientGroup: users.gateway?.gid };
    const [ports, bubblewrap, redis, database] = await Promise.all([
      choosePorts(config),
      findBubblewrap({ searchPath: config.searchPath, say: this.#say }),
      planRedis(config, directories, access),
      planDatabase(config, directories, access),
    ]);
    const installation: Installation = {
      config,
      directories,
      secrets,
      databaseUrls: database.urls,
      redisUrl: redis.url,
      users,
      bubblewrap: 'found' in bubblewrap ? bubblewrap.found : null,
      ports,
      docsDirectory: siteDirectory(this.#root),
    };
    if (config.mode === 'production' && installation.bubblewrap === null) throw unfitHost(['there is no bubblewrap']);
    const services = Promise.all([
      this.#startService('redis', redis.start),
      this.#startService('postgres', database.start).then(() => database.prepare(this.#root, this.#say)),
    ]);
    const keyholder = this.#startApp('keyholder', installation);
    const spawner = usesSpawner(installation) && this.#startApp('spawner', installation);
    const supervisor = Promise.resolve(spawner).then(() => this.#startApp('supervisor', installation));
    // Production asks the supervisor first whether this host can isolate connectors at all.
    const mayServe =
      config.mode === 'production' ? supervisor.then(() => refuseUnfitHost(ports.supervisorInternal)) : null;
    const packing = packTools(this.#builds(), { directory: directories.downloads, origin: config.origin });
    const serving = Promise.all([services, keyholder, mayServe]).then(() =>
      Promise.all([this.#startApp('gateway', installation), this.#startApp('worker', installation)]),
    );
    // The demo needs no dashboard, whose first build takes longest of all.
    const [demo] = await Promise.all([
      Promise.all([supervisor, serving]).then(() => this.#seed(directories)),
      buildDashboard(this.#builds()).then(() => this.#startApp('dashboard', installation)),
    ]);

    const notes = installationNotes({
      bubblewrapMissing: 'missing' in bubblewrap ? bubblewrap.missing : null,
      usersRefused: refusal,
      others: [...redis.notes, ...(await placeNotes(directories.data))],
    });
    await packing;
    this.#refuseWhenStopping();
    await this.#publish(directories, demo, notes);
    rotateLogs(directories.logs);
    void buildDocs(this.#builds()).catch((error: unknown) => this.#say(`The documentation was not built: ${error}`));
  }

  /** Stops every process in order and leaves nothing behind. Safe to call again, and while starting. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#stopped.abort();
    await this.#lock?.markStopping();
    await this.#ready?.remove();
    for (const names of STOP_ORDER) {
      await Promise.all(names.map((name) => this.#processes.get(name)?.stop()));
    }
    await this.#credentials?.remove();
    await this.#lock?.release();
  }

  #builds(): BuildOptions {
    return {
      root: this.#root,
      searchPath: this.#config.searchPath,
      signal: this.#stopped.signal,
      say: this.#say,
    };
  }

  #refuseWhenStopping(): void {
    if (this.#stopping) throw new Stopped();
  }

  async #startService(name: string, start: (() => Promise<RunningService>) | null): Promise<void> {
    if (start) await this.#startProcess(name, start);
  }

  async #startProcess(name: string, start: () => Promise<RunningService>, silence?: SilenceOptions): Promise<void> {
    this.#refuseWhenStopping();
    const managed = new ManagedProcess(name, start, {
      say: this.#say,
      ...(silence && { silence }),
      onRunning: (_name, pid) => void this.#noteProcess(name, pid),
    });
    this.#processes.set(name, managed);
    await managed.start();
    this.#refuseWhenStopping();
  }

  /** On a full disk the files list the processes of before, until there is space: the process runs all the same. */
  async #noteProcess(name: string, pid: number): Promise<void> {
    const record = this.#record;
    if (!record) return;
    for (let isReported = false; !this.#stopping; isReported = true) {
      try {
        await record.note(name, pid);
        await this.#ready?.updateProcesses(record.processes);
        return;
      } catch (error) {
        if (!isReported) this.#say(`ready.json could not be written and will be: ${error}`);
        await delay(NOTE_RETRY_MS, undefined, { ref: false });
        // A later start of the same process has noted itself.
        if (record.processes[name] !== pid) return;
      }
    }
  }

  #startApp(name: AppName, installation: Installation): Promise<void> {
    const program = appProgram(name, this.#root);
    const { directories, ports, users } = installation;
    const user = users[name];
    const environment = processEnvironment(name, installation);
    const start = async () =>
      startNodeProcess({
        name,
        ...program,
        user,
        environment: (user && (await this.#credentials?.hand(name, user, environment))) ?? environment,
        logFile: path.join(directories.logs, `${name}.log`),
        isUrgent: name !== 'worker' && name !== 'dashboard',
        stopGraceMs: STOP_GRACE_MS[name],
        onNotice: showNotices(directories.data, this.#say),
        ...(name === 'dashboard' && { isReady: () => answers(`http://127.0.0.1:${ports.dashboard}/dashboard`) }),
      });
    return this.#startProcess(name, start, watchOf(livenessUrl(name, ports)));
  }

  /** The platform runs without its demo; the error is reported. Production never has one. */
  async #seed(directories: Directories): Promise<Demo | null> {
    const { mode, origin, port, searchPath } = this.#config;
    if (mode === 'production') return null;
    try {
      return await seedDemo({
        origin,
        port,
        dataDirectory: directories.data,
        root: this.#root,
        searchPath,
        say: this.#say,
      });
    } catch (error) {
      this.#refuseWhenStopping();
      this.#say(`The demo could not be set up: ${error instanceof Error ? error.message : error}`);
      return null;
    }
  }

  async #publish(directories: Directories, demo: Demo | null, notes: readonly string[]): Promise<void> {
    const content = readyContent(this.#config.origin, demo, {
      processes: this.#record?.processes ?? {},
      sharedDirectory: directories.shared,
    });
    await this.#ready?.publish(content);
    process.stdout.write(readyText(content, notes));
  }
}
