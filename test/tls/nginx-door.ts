import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '@hub/real-home/free-port.ts';

export interface NginxDoor extends AsyncDisposable {
  /** Demands a client certificate. */
  readonly url: string;
  /** Demands the header as well. */
  readonly headerUrl: string;
}

const PATHS = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx', '/usr/local/bin/nginx'];

/** Where nginx is, installed first where root may do so with apt; undefined when there is none. */
export async function findNginx(): Promise<string | undefined> {
  const find = () => PATHS.find((path) => existsSync(path));
  if (find() !== undefined || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return find();
  const apt = (...args: string[]) =>
    promisify(execFile)('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  const install = () => apt('install', '-y', '--no-install-recommends', 'nginx-light');
  await install()
    .catch(() => apt('update').then(install))
    .catch(() => undefined);
  return find();
}

/** nginx as people put it before their home: TLS with `server.pem`, and only clients that `authority.pem` signed. */
export async function startNginxDoor(
  nginx: string,
  dir: string,
  upstream: string,
  header: { readonly name: string; readonly value: string },
): Promise<NginxDoor> {
  const [port, headerPort] = [await freePort(), await freePort()];
  const variable = `$http_${header.name.toLowerCase().replaceAll('-', '_')}`;
  const server = (on: number, guard: string) => `server {
    listen 127.0.0.1:${on} ssl;
    ssl_certificate ${dir}/server.pem;
    ssl_certificate_key ${dir}/server.key;
    ssl_client_certificate ${dir}/authority.pem;
    ssl_verify_client on;
    location / {
      ${guard}
      proxy_pass ${upstream};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Host $host;
    }
  }`;
  const running = await runNginx(
    nginx,
    dir,
    headerPort,
    `map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  ${server(port, '')}
  ${server(headerPort, `if (${variable} != "${header.value}") { return 404; }`)}`,
  );
  return {
    url: `https://localhost:${port}`,
    headerUrl: `https://localhost:${headerPort}`,
    [Symbol.asyncDispose]: running[Symbol.asyncDispose],
  };
}

/** Runs nginx in `dir` with these servers, of which one listens on `port`. */
export async function runNginx(nginx: string, dir: string, port: number, servers: string): Promise<AsyncDisposable> {
  await writeFile(
    join(dir, 'nginx.conf'),
    `daemon off;
master_process off;
pid ${dir}/nginx.pid;
error_log ${dir}/error.log;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${dir}/tmp_${kind};`).join('\n  ')}
  ${servers}
}
`,
  );
  const child = spawn(nginx, ['-p', dir, '-e', join(dir, 'error.log'), '-c', join(dir, 'nginx.conf')], {
    stdio: 'inherit',
  });
  const gone = once(child, 'exit');
  await Promise.race([answers(port), gone.then(([code]) => Promise.reject(new Error(`nginx ended with ${code}`)))]);
  return {
    async [Symbol.asyncDispose]() {
      child.kill();
      await gone;
    },
  };
}

/** nginx tells nobody when it listens. */
async function answers(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await delay(20);
  }
}
