import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as ask } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { steadyPort } from '../start-hub.ts';
import { KUBE_BIN } from './binaries.ts';

export interface Spoken {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real Kubernetes control plane on this machine; its nodes are kwok's. Ended and removed by `await using`. */
export interface ControlPlane extends AsyncDisposable {
  readonly dir: string;
  kubectl(...args: readonly string[]): Promise<Spoken>;
  helm(...args: readonly string[]): Promise<Spoken>;
  /** Applies objects. @throws Error with what the server said */
  apply(...objects: readonly object[]): Promise<void>;
  /** One request to the API server as an administrator. @throws Error when it is not answered with 2xx */
  api(method: string, path: string, body?: unknown, type?: string): Promise<unknown>;
  /** Everything that every process of it said so far, by its name; each kubectl and helm among them. */
  readonly said: Map<string, () => string>;
}

export async function startControlPlane(): Promise<ControlPlane> {
  const dir = await mkdtemp(join(tmpdir(), 'hub-kube-'));
  await using open = new AsyncDisposableStack();
  open.defer(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const said = new Map<string, () => string>();
  const start = (name: string, args: readonly string[]) => open.use(startProgram(name, args, said));
  const [port, etcdPort, peerPort, managerPort, schedulerPort, kwokPort] = await Promise.all(
    Array.from({ length: 6 }, () => steadyPort()),
  );
  const [token, certs] = [randomUUID(), join(dir, 'certs')];
  await mkdir(certs);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(join(dir, 'accounts.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(join(dir, 'accounts.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(dir, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`);

  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  start('etcd', [
    ...['--data-dir', join(dir, 'etcd'), '--unsafe-no-fsync'],
    ...['--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
    ...[
      '--listen-peer-urls',
      peerUrl,
      '--initial-advertise-peer-urls',
      peerUrl,
      '--initial-cluster',
      `default=${peerUrl}`,
    ],
  ]);
  start('kube-apiserver', [
    ...['--etcd-servers', etcdUrl, '--secure-port', `${port}`, '--bind-address', '127.0.0.1', '--cert-dir', certs],
    ...['--token-auth-file', join(dir, 'tokens.csv'), '--authorization-mode', 'Node,RBAC'],
    ...['--service-account-issuer', 'https://kubernetes.default.svc', '--service-cluster-ip-range', '10.96.0.0/16'],
    ...[
      '--service-account-key-file',
      join(dir, 'accounts.pub'),
      '--service-account-signing-key-file',
      join(dir, 'accounts.key'),
    ],
  ]);
  const api = apiClient(port ?? 0, token);
  await untilReady(api);
  const config = join(dir, 'kubeconfig');
  await writeFile(
    config,
    kubeconfig(port ?? 0, token, (await readFile(join(certs, 'apiserver.crt'))).toString('base64')),
  );
  start('kube-controller-manager', [
    ...[
      '--kubeconfig',
      config,
      '--leader-elect=false',
      '--secure-port',
      `${managerPort}`,
      '--bind-address',
      '127.0.0.1',
    ],
    ...['--cert-dir', certs, '--service-account-private-key-file', join(dir, 'accounts.key')],
    ...['--root-ca-file', join(certs, 'apiserver.crt')],
  ]);
  start('kube-scheduler', [
    ...[
      '--kubeconfig',
      config,
      '--leader-elect=false',
      '--secure-port',
      `${schedulerPort}`,
      '--bind-address',
      '127.0.0.1',
    ],
    ...['--cert-dir', certs],
  ]);
  // A home of its own, so that no configuration of this machine's owner plays in.
  const env = { PATH: process.env['PATH'] ?? '', HOME: dir, KUBECONFIG: config };
  start('kwok', [
    ...['--kubeconfig', config, '--manage-all-nodes=false', '--manage-nodes-with-label-selector', 'kwok=yes'],
    ...['--server-address', `127.0.0.1:${kwokPort}`],
    ...(await stages()).flatMap((file) => ['--config', file]),
  ]);
  let runs = 0;
  const run = async (program: string, args: readonly string[]): Promise<Spoken> => {
    const spoken = await promisify(execFile)(join(KUBE_BIN, program), args, { env, maxBuffer: 64 * 1024 * 1024 }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: Spoken) => ({ code: Number(error.code) || 1, stdout: error.stdout, stderr: error.stderr }),
    );
    said.set(`${program} ${args.slice(0, 2).join(' ')} (${++runs})`, () => spoken.stdout + spoken.stderr);
    return spoken;
  };
  const owned = open.move();
  return {
    dir,
    said,
    api,
    kubectl: (...args) => run('kubectl', args),
    helm: (...args) => run('helm', args),
    async apply(...objects) {
      const file = join(dir, `apply-${++runs}.json`);
      await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
      const { code, stderr } = await run('kubectl', ['apply', '-f', file]);
      if (code !== 0) throw new Error(stderr);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** How kwok plays nodes and pods: its own files, as they lie in its module. */
async function stages(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('go', ['list', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok'], {
    cwd: import.meta.dirname,
  });
  const at = join(stdout.trim(), 'kustomize/stage');
  const found = globSync(['node/fast/node-*.yaml', 'node/heartbeat/node-*.yaml', 'pod/fast/pod-*.yaml'], { cwd: at });
  return found.map((path) => join(at, path));
}

function startProgram(name: string, args: readonly string[], said: Map<string, () => string>): AsyncDisposable {
  const child = spawn(join(KUBE_BIN, name), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  said.set(name, () => chunks.join(''));
  const gone = once(child, 'exit');
  return {
    async [Symbol.asyncDispose]() {
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(late);
    },
  };
}

function apiClient(port: number, token: string): ControlPlane['api'] {
  return (method, path, body, type = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type };
      // Its certificate was made by itself a moment ago.
      const sent = ask(
        { host: '127.0.0.1', port, path, method, headers, rejectUnauthorized: false },
        async (answer) => {
          let text = '';
          for await (const chunk of answer.setEncoding('utf8')) text += chunk;
          if ((answer.statusCode ?? 500) < 300) resolve(text.startsWith('{') ? JSON.parse(text) : text);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 500)}`));
        },
      );
      sent.once('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

/** The server tells nobody when it is ready. @throws Error after a minute */
async function untilReady(api: ControlPlane['api']): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const error = await api('GET', '/readyz').then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) return;
    if (Date.now() > deadline) throw new Error('the API server does not become ready', { cause: error });
    await delay(250);
  }
}

function kubeconfig(port: number, token: string, authority: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': authority } },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin', namespace: 'hub' } }],
    'current-context': 'test',
  });
}
