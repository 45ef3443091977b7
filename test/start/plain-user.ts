import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

export interface PlainUser extends AsyncDisposable {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Whether this process may make users, and one of them could run this checkout. */
export const canMakeUsers =
  process.getuid?.() === 0 && succeeds('useradd', '--help') && succeeds('setpriv', ...asNobody(process.execPath));

function asNobody(program: string): string[] {
  return [
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    program,
    '-e',
    `require(${JSON.stringify(import.meta.filename)})`,
  ];
}

function succeeds(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

/** A user of this system with a home of its own; both are gone at the end. */
export async function makePlainUser(): Promise<PlainUser> {
  const name = `hub-e2e-${process.pid}`;
  const run = promisify(execFile);
  await run('useradd', ['--create-home', name]);
  const { stdout } = await run('getent', ['passwd', name]);
  const [, , uid, gid, , home = ''] = stdout.trim().split(':');
  return {
    uid: Number(uid),
    gid: Number(gid),
    home,
    async [Symbol.asyncDispose]() {
      await run('userdel', ['--remove', name]).catch((error) => {
        // Without a mail folder it complains and has done its work.
        if (error.code !== 12) throw error;
      });
    },
  };
}
