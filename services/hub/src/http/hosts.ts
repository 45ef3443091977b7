import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Which `Host` and `Origin` headers may reach the hub: the guard against DNS rebinding and foreign web pages. */
export interface HostRules {
  allowsHost(host: string | undefined): boolean;
  /** Clients that are no browsers send no Origin and pass. */
  allowsOrigin(origin: string | undefined): boolean;
}

/**
 * Allows loopback and the hosts of the public URLs, on any port. Without a public URL a bare IP address passes too:
 * rebinding needs a name, and a hub in a home network is often reached by its address.
 */
export function hostRules(publicUrls: readonly string[]): HostRules {
  const names = new Set([...LOOPBACK, ...publicUrls.map((url) => new URL(url).hostname)]);
  const allowsAddresses = publicUrls.length === 0;
  const allows = (hostname: string) =>
    names.has(hostname) || (allowsAddresses && isIP(hostname.replace(/^\[|\]$/g, '')) !== 0);
  const judged = new LRUCache<string, boolean>({ max: 100 });
  const judge = (host: string) => {
    const hostname = hostnameOf(`http://${host}`);
    const isAllowed = hostname !== undefined && allows(hostname);
    judged.set(host, isAllowed);
    return isAllowed;
  };
  return {
    allowsHost: (host) => host !== undefined && (judged.get(host) ?? judge(host)),
    allowsOrigin: (origin) => {
      if (origin === undefined || origin === '') return true;
      const hostname = /^https?:\/\//.test(origin) ? hostnameOf(origin) : undefined;
      return hostname !== undefined && allows(hostname);
    },
  };
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
