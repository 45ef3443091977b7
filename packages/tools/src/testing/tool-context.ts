import { Fault } from '@hub/core/fault.ts';
import type { FleetHome } from '@hub/core/fleet-filter.ts';
import { newId } from '@hub/core/ids.ts';
import type { View } from '@hub/ha/view.ts';
import type { CallSettings, HomeSummary, Question, RecentCall, ToolContext } from '../define.ts';
import { createMemoryEdits, type KeptEdit, type MemoryEdit } from './memory-edits.ts';

export interface ToolContextOptions {
  /** The home the tools work on; without one, touching `context.home` fails as it does on connector tools. */
  readonly view?: View;
  readonly homes?: readonly HomeSummary[];
  readonly fleet?: readonly FleetHome[];
  /** Ids of homes that another replica has. */
  readonly held?: readonly string[];
  readonly signal?: AbortSignal;
  /** Stands for the person: resolves to allow, throws to deny. Unless given, every question is refused. */
  readonly ask?: (question: Question) => Promise<void>;
  readonly jobs?: ToolContext['jobs'];
  readonly fleetPort?: ToolContext['fleet'];
  readonly call?: ToolContext['call'];
  /** Newest first. */
  readonly recentCalls?: readonly RecentCall[];
  /** Edits of earlier calls; this call's go there too. */
  readonly store?: MemoryEdit[];
  /** Named in the edits; what it is in a hub is the tool that runs. */
  readonly tool?: string;
  /** The whole list and changes allowed unless given. */
  readonly settings?: Partial<CallSettings>;
}

export interface TestToolContext extends ToolContext {
  /** What went through `edits.change`, oldest first. */
  readonly keptEdits: readonly KeptEdit[];
  readonly progressed: readonly string[];
}

/** A context whose ports work in memory: edits are listed, results live in a Map, questions are refused, jobs there are none. */
export function createToolContext(options: ToolContextOptions = {}): TestToolContext {
  const keptEdits: KeptEdit[] = [];
  const progressed: string[] = [];
  const callId = newId();
  const { store, tool } = options;
  return {
    get home(): View {
      if (!options.view) throw new Fault('HOME_REQUIRED', 'This context has no home.');
      return options.view;
    },
    homes: {
      list: async () => options.homes ?? [],
      fleet: async () => options.fleet ?? [],
      held: async () => new Set(options.held),
    },
    caller: { tenantId: newId(), connectorId: newId(), callId, clientName: undefined },
    settings: { isReadOnly: false, isSearching: false, pinnedTools: [], ...options.settings },
    signal: options.signal ?? new AbortController().signal,
    progress: (_done, _total, message) => void progressed.push(message),
    ask: options.ask ?? refuseQuestion,
    edits: createMemoryEdits(keptEdits, { callId, ...(store ? { store } : {}), ...(tool ? { tool } : {}) }),
    jobs: options.jobs ?? { start: noJobs, get: async () => undefined, follow: noJobs, list: noJobs, cancel: noJobs },
    fleet: options.fleetPort ?? { plan: noJobs, run: noJobs },
    results: createMemoryResults(),
    savedTools: createMemorySavedTools(),
    recentCalls: async (limit) => (options.recentCalls ?? []).slice(0, limit),
    call: options.call ?? ((tool) => Promise.reject(new Error(`this context has no way to call ${tool}`))),
    keptEdits,
    progressed,
  };
}

async function refuseQuestion({ title }: Question): Promise<never> {
  throw new Fault('USER_APPROVAL_REQUIRED', `${title}: nobody can be asked here.`);
}

async function noJobs(): Promise<never> {
  throw new Error('this context has no jobs');
}

/** Nothing runs out: a test that wants a record gone makes another context. */
function createMemoryResults(): ToolContext['results'] {
  const records = new Map<string, unknown>();
  const keyOf = (kind: string, id: string) => `${kind}/${id}`;
  return {
    async put(kind, value) {
      const id = newId();
      records.set(keyOf(kind, id), structuredClone(value));
      return id;
    },
    get: async (kind, id) => structuredClone(records.get(keyOf(kind, id))),
    async replace(kind, id, value) {
      records.set(keyOf(kind, id), structuredClone(value));
    },
  };
}

function createMemorySavedTools(): ToolContext['savedTools'] {
  const kept = new Map<string, { name: string; justification: string; code: string; updatedAt: Date }>();
  return {
    list: async () => [...kept.values()].map(({ code: _, ...tool }) => tool),
    read: async (name) => kept.get(name)?.code,
    save: async (tool) => void kept.set(tool.name, { ...tool, updatedAt: new Date() }),
  };
}
