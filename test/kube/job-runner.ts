import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ControlPlane } from './control-plane.ts';

const pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        uid: z.string(),
        ownerReferences: z.array(z.object({ kind: z.string() })).default([]),
      }),
      spec: z.object({
        nodeName: z.string().optional(),
        containers: z.array(
          z.object({
            name: z.string(),
            image: z.string(),
            args: z.array(z.string()),
            env: z.array(
              z.object({
                name: z.string(),
                value: z.string().optional(),
                valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }).optional(),
              }),
            ),
          }),
        ),
      }),
      status: z.object({ phase: z.string() }),
    }),
  ),
});
type Pod = z.infer<typeof pods>['items'][number];
const secret = z.object({ data: z.record(z.string(), z.string()) });

export interface JobRunner extends AsyncDisposable {
  /** Images and arguments of the pods run so far, with how each ended. */
  readonly runs: { readonly image: string; readonly args: readonly string[]; readonly code: number }[];
}

/** Where an image is laid out, and what it starts. */
export interface Program {
  readonly entrypoint: readonly string[];
  /** The image's /app. */
  readonly folder: string;
}

/**
 * What a kubelet is to the pods of Jobs on the node `runner`: starts each one's very arguments with its very environment, as a
 * process of this machine in the image's folder, and says how it ended. Other pods are simulated.
 */
export function runJobs(plane: ControlPlane, namespace: string, programOf: (image: string) => Program): JobRunner {
  const stop = new AbortController();
  const runs: JobRunner['runs'] = [];
  const seen = new Set<string>();
  const base = `/api/v1/namespaces/${namespace}`;

  const run = async (pod: Pod): Promise<void> => {
    const [container] = pod.spec.containers;
    if (!container) throw new Error('a pod without a container');
    const say = (status: unknown) =>
      plane.api('PATCH', `${base}/pods/${pod.metadata.name}/status`, { status }, 'application/merge-patch+json');
    const { name, image, args } = container;
    const program = programOf(image);
    const own = { name, image, imageID: image, restartCount: 0 };
    await say({
      phase: 'Running',
      containerStatuses: [{ ...own, ready: true, state: { running: { startedAt: now() } } }],
    });
    const env = Object.fromEntries(
      await Promise.all(container.env.map(async (one) => [one.name, await readValue(plane, base, one)] as const)),
    );
    const [node = '', ...flags] = program.entrypoint;
    const child = spawn(node, [...flags, ...args], { cwd: program.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    const [code] = await once(child, 'close');
    const text = chunks.join('');
    plane.said.set(`pod ${pod.metadata.name}`, () => text);
    const terminated = {
      exitCode: code,
      reason: code === 0 ? 'Completed' : 'Error',
      startedAt: now(),
      finishedAt: now(),
    };
    await say({
      phase: code === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: [{ ...own, ready: false, state: { running: null, terminated } }],
    });
    runs.push({ image, args, code });
  };

  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const { items } = pods.parse(await plane.api('GET', `${base}/pods?fieldSelector=spec.nodeName%3Drunner`));
      for (const pod of items) {
        if (seen.has(pod.metadata.uid) || !pod.metadata.ownerReferences.some(({ kind }) => kind === 'Job')) continue;
        seen.add(pod.metadata.uid);
        await run(pod);
      }
      await delay(300, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  return {
    runs,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
    },
  };
}

async function readValue(
  plane: ControlPlane,
  base: string,
  one: Pod['spec']['containers'][number]['env'][number],
): Promise<string> {
  const from = one.valueFrom?.secretKeyRef;
  if (from === undefined) return one.value ?? '';
  const { data } = secret.parse(await plane.api('GET', `${base}/secrets/${from.name}`));
  return Buffer.from(data[from.key] ?? '', 'base64').toString('utf8');
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
