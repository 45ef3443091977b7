import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { Fault } from '@hub/core/fault.ts';

/** The user PostgreSQL runs as. */
export interface RunAs {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** True when that is this process's own user. */
  readonly isSelf: boolean;
}

// PostgreSQL refuses root. `node` is the user of Node's container images.
const STAND_INS = ['postgres', 'node', 'nobody'];

/**
 * Ourselves, or for root the owner of the cluster when there is one, else the first stand-in this system knows.
 * @throws Fault STORAGE_UNAVAILABLE when PostgreSQL could run as nobody
 */
export async function chooseRunAs(clusterOwnerUid: number | undefined): Promise<RunAs> {
  const self = ownUser();
  if (clusterOwnerUid === self.uid && self.uid !== 0) return self;
  if (self.uid !== 0) {
    if (clusterOwnerUid === undefined) return self;
    throw new Fault(
      'STORAGE_UNAVAILABLE',
      `The database files belong to user number ${clusterOwnerUid}, and this hub runs as '${self.name}'.`,
      {
        suggestion:
          'Start the hub as root or as the user who first started it, or give the data folder to the present user.',
      },
    );
  }
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  if (clusterOwnerUid !== undefined) return await ownerOf(clusterOwnerUid, users);
  for (const name of STAND_INS) {
    const found = users.find((user) => user.name === name) ?? (await askDirectory(name));
    if (found && found.uid !== 0) return { ...found, isSelf: false };
  }
  throw new Fault(
    'STORAGE_UNAVAILABLE',
    `PostgreSQL refuses to run as root, and this system has none of the users ${STAND_INS.join(', ')}.`,
    {
      suggestion: [
        'Start the hub as a plain user.',
        'Or make one: useradd --system postgres',
        'Or set DATABASE_URL to a PostgreSQL elsewhere.',
      ],
    },
  );
}

async function ownerOf(uid: number, users: readonly User[]): Promise<RunAs> {
  const owner = users.find((user) => user.uid === uid) ?? (await askDirectory(String(uid)));
  if (owner && uid !== 0) return { ...owner, isSelf: false };
  throw new Fault(
    'STORAGE_UNAVAILABLE',
    `The database files belong to user number ${uid}, as whom PostgreSQL cannot run.`,
    {
      suggestion: 'Give the folder postgres in the data folder to a plain user that this system knows: chown -R',
    },
  );
}

/** PostgreSQL looks its user up by number and refuses one without a name. */
function ownUser(): RunAs {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  if (uid === undefined || gid === undefined) {
    throw new Fault('STORAGE_UNAVAILABLE', 'The built-in database does not run on this operating system.', {
      suggestion: 'Set DATABASE_URL to a PostgreSQL 15 or newer.',
    });
  }
  try {
    return { name: userInfo().username, uid, gid, isSelf: true };
  } catch (cause) {
    throw new Fault(
      'STORAGE_UNAVAILABLE',
      `User number ${uid} has no name on this system, and PostgreSQL refuses to run for it.`,
      {
        suggestion: [
          'Start the hub as a user that has an entry in /etc/passwd (in a container: --user with a user of the image).',
          'Or set DATABASE_URL to a PostgreSQL elsewhere.',
        ],
        cause,
      },
    );
  }
}

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Lines of passwd(5). */
function parsePasswd(text: string): readonly User[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && /^\d+$/.test(uid ?? '') && /^\d+$/.test(gid ?? '')
      ? [{ name, uid: Number(uid), gid: Number(gid) }]
      : [];
  });
}

/** Users that live in LDAP and the like; undefined where there is no `getent`. */
async function askDirectory(key: string): Promise<User | undefined> {
  return await new Promise((resolve) => {
    const child = spawn('getent', ['passwd', key], { stdio: ['ignore', 'pipe', 'ignore'], timeout: 5_000 });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve(parsePasswd(text)[0]));
  });
}
