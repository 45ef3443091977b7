import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, lstatSync } from 'node:fs';
import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether this machine can stand in for a container engine: root on merged-/usr Linux, with mount namespaces. */
export const canEnterRoots =
  process.getuid?.() === 0 && existsSync('/usr/bin/unshare') && existsSync('/usr/sbin/chroot') && isLink('/bin');

function isLink(path: string): boolean {
  return existsSync(path) && lstatSync(path).isSymbolicLink();
}

const FOLDERS = [
  'usr/bin',
  'usr/sbin',
  'usr/lib',
  'usr/lib64',
  'usr/share',
  'usr/local/bin',
  'proc',
  'dev',
  'tmp',
  'etc',
  'root',
];
const FILES = [
  'passwd',
  'group',
  'shadow',
  'gshadow',
  'login.defs',
  'nsswitch.conf',
  'ld.so.cache',
  'resolv.conf',
  'hosts',
  'npmrc',
];

/** What a base image brings: the system's own programs (this machine's, seen but not copied), its users, Node as the repository pins it. */
export async function layBase(root: string): Promise<void> {
  for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${name}`, join(root, name));
  for (const name of FILES.filter((one) => existsSync(`/etc/${one}`)))
    await cp(`/etc/${name}`, join(root, 'etc', name));
  await cp('/etc/ssl', join(root, 'etc/ssl'), { recursive: true, verbatimSymlinks: true });
  await writeFile(join(root, 'usr/local/bin/node'), '');
  await chmod(join(root, 'tmp'), 0o1777);
}

export interface Entering {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Set: as a container runs, by this user, with a root file system that is read only but for /tmp and `volume` on /data. */
  readonly asImage?: { readonly user: string; readonly volume: string };
}

/** Starts a program inside a root. It replaces the process returned, so that signals reach it. */
export function enterRoot(root: string, program: readonly string[], { cwd, env, asImage }: Entering): ChildProcess {
  const seen = ['usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'usr/share'].filter((path) => existsSync(`/${path}`));
  const script = [
    'mount --bind "$R" "$R"',
    ...seen.map((path) => `mount --bind -o ro /${path} "$R/${path}"`),
    'mount --bind "$NODE" "$R/usr/local/bin/node"',
    'mount -t proc proc "$R/proc"',
    'mount --rbind /dev "$R/dev"',
    'mount -t tmpfs -o mode=1777 tmpfs "$R/tmp"',
    ...(asImage
      ? ['mount --bind "$VOLUME" "$R/data"', 'mount -o remount,bind,ro "$R"']
      : [
          'mkdir -p "$R/root/.npm" /root/.npm; touch -a "$R/root/.npmrc" /root/.npmrc',
          'mount --bind /root/.npm "$R/root/.npm"; mount --bind /root/.npmrc "$R/root/.npmrc"',
        ]),
    'cd "$R"',
    `exec chroot ${asImage ? `--userspec=${asImage.user} --groups=` : ''} "$R" /usr/bin/env -i -C "$IN" "$@"`,
  ];
  const PATH = '/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin';
  const inside = Object.entries({ PATH, ...env }).map(([name, value]) => `${name}=${value}`);
  return spawn(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-ec', script.join('\n'), 'sh', ...inside, ...program],
    {
      env: { PATH, R: root, NODE: process.execPath, VOLUME: asImage?.volume ?? '', IN: cwd },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}
