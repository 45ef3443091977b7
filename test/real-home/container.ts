import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { RealHome, StartOptions } from './home-access.ts';
import { prepareFolder, supervisorEnv } from './home-folder.ts';
import { onboard, untilAnswering, untilRunning } from './onboard.ts';

const IMAGE = 'ghcr.io/home-assistant/home-assistant:2026.11';
const PORT_INSIDE = 8123;
const ENGINE_DEADLINE_MS = 5_000;
const START_DEADLINE_MS = 180_000;

/** Why there can be no home in a container here; undefined when there can. An engine that takes 5 s to answer is none. */
export async function containerObstacle(): Promise<string | undefined> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const late = AbortSignal.timeout(ENGINE_DEADLINE_MS);
  const answer = Promise.race([
    getContainerRuntimeClient(),
    new Promise((_, reject) => late.addEventListener('abort', () => reject(late.reason))),
  ]);
  return await answer.then(
    () => undefined,
    () => 'no container engine answers',
  );
}

/** The official image under testcontainers, which also takes the container down when this process dies. */
export async function startInContainer(options: StartOptions): Promise<RealHome> {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers');
  const port = options.port ?? (await freePort()); // a fixed one, because the engine would choose anew at each start
  const configDir = await mkdtemp(join(tmpdir(), 'real-home-'));
  await prepareFolder(configDir, { fresh: true, port: undefined });
  const url = `http://127.0.0.1:${port}`;

  const container = await new GenericContainer(IMAGE)
    .withExposedPorts({ container: PORT_INSIDE, host: port })
    .withBindMounts([{ source: configDir, target: '/config', mode: 'rw' }])
    .withEnvironment({
      TZ: 'UTC',
      ...(options.supervisor ? supervisorEnv(options.supervisor, '/config') : {}),
    })
    .withWaitStrategy(Wait.forHttp('/manifest.json', PORT_INSIDE))
    .withStartupTimeout(START_DEADLINE_MS)
    .start();
  const handle = (await getContainerRuntimeClient()).container.getById(container.getId());

  await untilAnswering(url, AbortSignal.timeout(START_DEADLINE_MS));
  const tokens = await onboard(url);
  await untilRunning(url, tokens.token, AbortSignal.timeout(START_DEADLINE_MS));
  return {
    way: 'container',
    url,
    ...tokens,
    configDir,
    async stop() {
      await handle.stop().catch((error) => {
        if (error.statusCode !== 304) throw error; // 304: it has ended before
      });
    },
    kill: () => handle.kill(),
    async start() {
      await handle.start();
      await untilRunning(url, tokens.token, AbortSignal.timeout(START_DEADLINE_MS));
    },
    pause: () => handle.pause(),
    resume: () => handle.unpause(),
    async [Symbol.asyncDispose]() {
      await container.stop({ remove: true, removeVolumes: true });
    },
  };
}
