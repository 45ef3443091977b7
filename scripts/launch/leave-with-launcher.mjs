// @ts-check
// Loaded before every script that the launcher starts. A launcher killed with -9 cannot forward anything, but its end of
// the IPC channel closes: the script then gets the SIGTERM it would have been sent, and stops in its ordinary way.
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const isLaunched = isMainThread && process.env['HUB_LAUNCHER_PID'] === String(process.ppid);
if (isLaunched && process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref(); // listening alone must not keep a finished script alive
}
if (isMainThread) delete process.env['HUB_LAUNCHER_PID']; // not for its children
