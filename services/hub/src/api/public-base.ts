import type { Config } from '../config.ts';

/** Where people reach the hub, without a closing slash: the first public URL, else this machine's own address. */
export function publicBase({ publicUrls, host, port }: Pick<Config, 'publicUrls' | 'host' | 'port'>): string {
  const own = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return publicUrls[0] ?? `http://${own}:${port}`;
}
