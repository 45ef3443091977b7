import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import type { RealHome, StartOptions } from './home-access.ts';
import { keepTokens, prepareFolder, supervisorEnv, untilStored } from './home-folder.ts';
import { onboard, untilAnswering, untilRunning } from './onboard.ts';

const SCRIPT = join(import.meta.dirname, 'chroot-home');
const START_DEADLINE_MS = 180_000;

/** Why there can be no home in a chroot here; undefined when there can. */
export function chrootObstacle(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a chroot needs Linux and root';
  const folders = ['/usr/sbin', '/usr/bin', '/sbin'];
  const isPrepared = existsSync(join(fsRoot(), `.ready-${process.env['HA_VERSION'] ?? '2026.11.0'}`));
  if (isPrepared || folders.some((folder) => existsSync(join(folder, 'debootstrap')))) return undefined;
  return 'a chroot needs debootstrap (apt-get install debootstrap)';
}

const fsRoot = () => join(process.env['REAL_HOME_ROOT'] ?? '/var/cache/real-home', 'fs');

/** One run of Home Assistant under chroot-home; its stdin is the string it hangs on. */
async function launch(name: string, supervisor: string | undefined) {
  const log = await open(join(fsRoot(), 'homes', `${name}.log`), 'a');
  const child = spawn('bash', [SCRIPT, 'run', name], {
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
    env: { ...process.env, TZ: 'UTC', ...(supervisor ? supervisorEnv(supervisor, `/homes/${name}`) : {}) },
  });
  await log.close();
  const ended = once(child, 'exit');
  return {
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: () => child.stdin?.end(),
  };
}

/** Sends a signal to Home Assistant itself. */
async function signalHome(name: string, signal: NodeJS.Signals): Promise<void> {
  process.kill(Number(await readFile(join(fsRoot(), 'homes', `${name}.pid`), 'utf8')), signal);
}

async function tail(name: string): Promise<string> {
  const log = await readFile(join(fsRoot(), 'homes', `${name}.log`), 'utf8');
  return log.trim().split('\n').slice(-10).join('\n');
}

/**
 * A home from packages alone, in a root file system that the first call prepares (2 to 3 minutes, then kept).
 * @throws {Error} with the end of the log, when Home Assistant does not come up within 3 minutes
 */
export async function startInChroot(options: StartOptions): Promise<RealHome> {
  await promisify(execFile)('bash', [SCRIPT, 'install'], { maxBuffer: 2 ** 26 });
  const port = options.port ?? (await freePort());
  const name = `tests-${port}`;
  const configDir = join(fsRoot(), 'homes', name);
  const url = `http://127.0.0.1:${port}`;
  await mkdir(join(fsRoot(), 'homes'), { recursive: true });
  const kept = await prepareFolder(configDir, { fresh: options.fresh ?? true, port });
  await rm(`${configDir}.log`, { force: true });

  let process_ = await launch(name, options.supervisor);
  const up = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const failed = new AbortController();
    const signal = AbortSignal.any([failed.signal, AbortSignal.timeout(START_DEADLINE_MS)]);
    process_.ended.then(() => failed.abort(new Error('Home Assistant ended')));
    try {
      return await work(signal);
    } catch (cause) {
      process_.stop();
      throw new Error(`no real home on ${url}; its log ends with:\n${await tail(name)}`, { cause });
    }
  };
  const tokens = await up(async (signal) => {
    await untilAnswering(url, signal);
    const found = kept ?? (await onboard(url));
    await untilRunning(url, found.token, signal);
    await untilStored(configDir, found, signal);
    return found;
  });
  await keepTokens(configDir, tokens);

  const stop = async () => {
    process_.stop();
    if (process_.isRunning()) await process_.ended;
  };
  const kill = async () => {
    await signalHome(name, 'SIGKILL');
    await process_.ended;
  };
  return {
    way: 'chroot',
    url,
    ...tokens,
    configDir,
    stop,
    kill,
    async start() {
      process_ = await launch(name, options.supervisor);
      await up((signal) => untilRunning(url, tokens.token, signal));
    },
    pause: () => signalHome(name, 'SIGSTOP'),
    resume: () => signalHome(name, 'SIGCONT'),
    async [Symbol.asyncDispose]() {
      if (process_.isRunning()) await kill();
      for (const path of [configDir, `${configDir}.log`]) await rm(path, { recursive: true, force: true });
    },
  };
}
