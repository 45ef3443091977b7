import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where build.sh leaves etcd, the Kubernetes control plane, kubectl, kwok and helm. */
export const KUBE_BIN = process.env['KUBE_BIN'] || join(homedir(), '.cache/ha-mcp-hub/kube');

export const hasHelm = existsSync(join(KUBE_BIN, 'helm'));
