import { startDrift } from './drift.ts';
import { closeHome, type HomeModel, openHome } from './home-model.ts';
import { stableId } from './identifiers.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import type { Json } from './read.ts';
import { listenForHomes, type SocketCount } from './server.ts';
import { simulatedVersion } from './simulated-home.ts';
import { type HomeSize, sizedScenario } from './sized-scenario.ts';
import { buildTemplate } from './template.ts';

export interface ManyHomesOptions {
  readonly port?: number;
  readonly host?: string;
  readonly latencyMs?: number;
  /**
   * Told of every command right before a home carries it out, which waits for what this promises: the home's own record, for
   * checks from outside.
   */
  readonly heard?: (homeName: string, message: Readonly<Record<string, unknown>>) => Promise<unknown> | undefined;
}

export interface HomeAddress {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  readonly instanceId: string;
}

export interface SimulatedHomes {
  readonly url: string;
  readonly count: number;
  /** Address of the home with this number, from 0; costs nothing until someone connects. */
  address(number: number): HomeAddress;
  misbehave(how: Misbehaviour): void;
  disconnectAll(): void;
  /** Homes that someone connected to so far. */
  opened(): number;
  connections(): number;
  sockets(): SocketCount;
  close(): Promise<void>;
}

/**
 * Many homes of one size behind one port, told apart by their token. All share one template: a home nobody connected to
 * is a number, one in use keeps only what differs. @throws the system's error when the port is taken
 */
export async function startSimulatedHomes(
  count: number,
  size: HomeSize,
  { port = 0, host = '127.0.0.1', latencyMs = 0, heard }: ManyHomesOptions = {},
): Promise<SimulatedHomes> {
  const template = buildTemplate(sizedScenario(size), Date.now());
  const homes = new Map<number, HomeModel>();
  const mood = { now: {} };
  const nameOf = (number: number) => `Simulated home ${number}`;
  const identityOf = (number: number) => ({
    name: nameOf(number),
    instanceId: stableId(`instance/${nameOf(number)}`),
    userId: stableId(`owner/${nameOf(number)}`),
    version: simulatedVersion,
  });
  const find = (token: string): HomeModel | undefined => {
    const number = Number(/^simulated-(\d+)$/.exec(token)?.[1] ?? Number.NaN);
    if (!(number < count)) return undefined;
    const home = homes.get(number) ?? openHome(template, identityOf(number));
    homes.set(number, home);
    return home;
  };
  const tell = heard && ((home: HomeModel, message: Json) => heard(home.identity.name, message));
  const server = await listenForHomes({ version: simulatedVersion, mood, latencyMs, find, heard: tell }, port, host);
  const stopDrift = startDrift(() => homes.values(), true);
  return {
    url: server.url,
    count,
    address: (number) => {
      const { name, instanceId } = identityOf(number);
      return { url: server.url, token: `simulated-${number}`, name, instanceId };
    },
    misbehave(how) {
      mood.now = how;
    },
    disconnectAll: server.disconnectAll,
    opened: () => homes.size,
    connections: server.connections,
    sockets: server.sockets,
    async close() {
      stopDrift();
      for (const home of homes.values()) closeHome(home);
      await server.close();
    },
  };
}
