import type { Effect } from '@hub/core/effect.ts';
import type { Fault } from '@hub/core/fault.ts';
import type { FleetFilter, FleetHome } from '@hub/core/fleet-filter.ts';
import type { Reached } from '@hub/ha/effects.ts';
import type { HomeState } from '@hub/ha/home.ts';
import type { View } from '@hub/ha/view.ts';
import type { JobsPort, JobView } from '@hub/jobs/port.ts';
import type { z } from 'zod';

/** One action the call will set off, before any area, device or group in it is expanded. */
export interface Target {
  /** `light.turn_on`. */
  readonly action: string;
  /** Home Assistant's target selector: entity_id, device_id, area_id, floor_id, label_id. */
  readonly selector: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Names one thing in a home's configuration: `{ kind: 'automation', id: '1700000000000' }`. */
export interface ItemRef {
  readonly kind: string;
  readonly id: string;
}

/** How a configuration write touches one item; both ends are kept as an edit. */
export interface ItemChange {
  readonly item: ItemRef;
  /** The item as it stands now; undefined when it does not exist. */
  read(): Promise<unknown>;
  /** Sends the write. A lost answer is settled by reading again. */
  write(before: unknown): Promise<void>;
  /** For a creation whose id the home chose: the id in what was read back. */
  idOf?(after: unknown): string | undefined;
  /** For a preview: the item, or a promise of it, as the write would leave it, as far as that can be told beforehand. */
  plan?(before: unknown): unknown;
  /** For a preview: what Home Assistant itself says to it, without saving anything. */
  validate?(): Promise<Readonly<Record<string, unknown>>>;
}

/** A configuration write of this home, whoever made it. */
export interface EditRecord {
  readonly id: string;
  readonly item: ItemRef;
  readonly tool: string;
  readonly callId: string;
  /** Made by this connector. */
  readonly isOwn: boolean;
  /** done, or how far it came; `unknown` when nobody could tell whether it happened. */
  readonly state: 'intent' | 'done' | 'failed' | 'unknown';
  readonly wasThere: boolean;
  readonly isThere: boolean;
  readonly beforeBytes: number;
  readonly createdAt: Date;
}

export interface EditQuery {
  readonly kind?: string | undefined;
  readonly itemId?: string | undefined;
  readonly callId?: string | undefined;
  /** Only those of this connector. */
  readonly isOwn?: true | undefined;
  /** Only those that keep what the item was. */
  readonly wasThere?: true | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  /** Only those older than this one. */
  readonly olderThanId?: string | undefined;
  readonly limit: number;
}

export interface EditsPort {
  /**
   * Stores the item as it was, writes, stores it as it became. The edit row exists before the write leaves.
   * @throws Fault STORAGE_UNAVAILABLE before anything is sent, or whatever `write` throws; with `outcomeUnknown` when the home
   * took the write and it could not be read back or recorded.
   */
  change(change: ItemChange): Promise<{ readonly editId: string; readonly before: unknown; readonly after: unknown }>;
  /** Kept edits of this home, newest first. @throws Fault STORAGE_UNAVAILABLE */
  list(query: EditQuery): Promise<readonly EditRecord[]>;
  /** One with the item before and after; undefined when this home has none of this id. */
  get(id: string): Promise<(EditRecord & { readonly before: unknown; readonly after: unknown }) | undefined>;
  /** Forgets them; resolves with the ids of those that were there. */
  remove(ids: readonly string[]): Promise<readonly string[]>;
}

/** Short-lived records shared by all replicas: device commands not yet confirmed, pages of long results. */
export interface ResultsPort {
  put(kind: string, value: unknown, ttlMs: number): Promise<string>;
  get(kind: string, id: string): Promise<unknown>;
  replace(kind: string, id: string, value: unknown): Promise<void>;
}

export interface SavedTool {
  readonly name: string;
  readonly justification: string;
  readonly updatedAt: Date;
}

/** Programs this connector keeps; no other connector sees or runs them. All may throw Fault STORAGE_UNAVAILABLE. */
export interface SavedToolsPort {
  list(): Promise<readonly SavedTool[]>;
  /** The program; undefined when there is none of that name. */
  read(name: string): Promise<string | undefined>;
  /** Over an older one of that name. @throws Fault SANDBOX_LIMIT_EXCEEDED when the connector has as many as it may */
  save(tool: { readonly name: string; readonly justification: string; readonly code: string }): Promise<void>;
}

export interface HomeSummary {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly isSimulated: boolean;
  /** As this hub last knew it; undefined when it has not been linked yet. */
  readonly state?: HomeState | undefined;
}

export interface HomesPort {
  /** The homes this connector reaches, in a stable order. */
  list(): Promise<readonly HomeSummary[]>;
  /** The same homes as the last look at each found them, from the hub's own table. @throws Fault STORAGE_UNAVAILABLE */
  fleet(): Promise<readonly FleetHome[]>;
  /** Ids of homes whose link one of several replicas has; none where a hub is alone. @throws Fault STORAGE_UNAVAILABLE */
  held(): Promise<ReadonlySet<string>>;
}

/** One tool at many homes. */
export interface FleetRequest {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly filter: FleetFilter;
  /** Slugs. */
  readonly exclude: readonly string[];
  /** Homes that go first and are watched. */
  readonly canary: number;
  readonly soakSeconds: number;
  readonly maxFailures: number;
  readonly maxFailedPercent: number;
  readonly atOnce: number;
}

export interface FleetPlan {
  readonly isWrite: boolean;
  /** By slug, in the order in which they would run. */
  readonly rings: readonly (readonly string[])[];
  /** `opens_at`: when its next maintenance window does. */
  readonly skipped: readonly { readonly home: string; readonly why: string; readonly opens_at?: string }[];
  /** Of the first homes, where the tool can show what it would change. */
  readonly previews: readonly Readonly<Record<string, unknown>>[];
  /** For a write: runs exactly this once, within 15 minutes. */
  readonly plan: { readonly id: string; readonly expiresAt: Date } | undefined;
}

export interface FleetPort {
  /** Asks the homes for previews and changes nothing. @throws Fault TOOL_NOT_AVAILABLE | VALIDATION_FAILED | HOME_NOT_FOUND */
  plan(request: FleetRequest): Promise<FleetPlan>;
  /** Starts it as a job; a write needs the plan of the very same request. @throws Fault as `plan`, or that the plan is not good */
  run(request: FleetRequest, planId: string | undefined): Promise<JobView>;
}

export interface Caller {
  readonly tenantId: string;
  readonly connectorId: string;
  readonly callId: string;
  readonly clientName: string | undefined;
}

/** How this caller's list is shaped and what it is held to. */
export interface CallSettings {
  readonly isReadOnly: boolean;
  /** Its list is short, and ha_search_tools finds the rest. */
  readonly isSearching: boolean;
  readonly pinnedTools: readonly string[];
}

/** One earlier call of this connector, without its arguments. */
export interface RecentCall {
  readonly at: Date;
  readonly tool: string;
  readonly outcome: string;
  readonly faultCode: string | undefined;
  readonly durationMs: number | undefined;
}

/** A question that only a person may answer. */
export interface Question {
  readonly title: string;
  readonly reason: string;
}

/** Everything a tool may touch besides its input. Filled by the gate, closed. */
export interface ToolContext {
  /** The home named by the call. Only on tools of scope `home`; others get a Fault on access. */
  readonly home: View;
  readonly homes: HomesPort;
  readonly caller: Caller;
  readonly settings: CallSettings;
  readonly signal: AbortSignal;
  /** Tells a waiting client how far the work is: `done` of `total` (any unit), with a short text. */
  progress(done: number, total: number | undefined, message: string): void;
  /** Resolves when a person allowed it. @throws Fault USER_APPROVAL_REQUIRED | USER_DENIED */
  ask(question: Question): Promise<void>;
  readonly edits: EditsPort;
  readonly jobs: JobsPort;
  readonly fleet: FleetPort;
  readonly results: ResultsPort;
  readonly savedTools: SavedToolsPort;
  /** The connector's calls on this home so far, newest first; those of the last moment may be missing. @throws Fault STORAGE_UNAVAILABLE */
  recentCalls(limit: number): Promise<readonly RecentCall[]>;
  /** What configuration writes of this connector ask for now; undefined when they ask for nothing. */
  readonly bestPracticeKey?: string | undefined;
  /** Runs another tool through the gate, with all its checks. @throws Fault */
  call(tool: string, args: unknown): Promise<unknown>;
}

/** One item of what an MCP client gets; `data` is base64. Source: MCP `ContentBlock`. */
export type ContentItem =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string };

/** An answer that is no JSON: what MCP clients get, and what every other door gets in its place. */
export interface Presented {
  readonly content: readonly ContentItem[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** A job that did what it was for. */
export interface EndedJob {
  readonly jobId: string;
  readonly result: unknown;
  /** From the moment it was stored. */
  readonly durationS: number;
}

/**
 * What a call answers once the job it started has ended: said by `run` to whoever waited, and later to whoever asks by the job, anywhere.
 * Hence from the job and what it was told to keep alone.
 */
export interface LateAnswer<T = unknown> {
  readonly told: z.ZodType<T>;
  answer(ended: EndedJob, told: T): Readonly<Record<string, unknown>>;
  /** For tools that tell a failure as a result; others throw the fault itself. */
  failed?(fault: Fault, told: T): Readonly<Record<string, unknown>>;
}

/** Gives a late answer its types; a tool lists it as a plain `LateAnswer`. */
export function lateAnswer<T, A extends LateAnswer<T>>(answer: A & LateAnswer<T>): A {
  return answer;
}

export interface Tool<I = unknown, O = unknown> {
  readonly name: string;
  readonly title: string;
  /** For the model: what it does, when to use it and when not. */
  readonly docs: string;
  readonly tags: readonly string[];
  readonly scope: 'home' | 'connector';
  /** Tools that mix reads and writes say their range; `of` sees the parsed input and may run before the home is linked. */
  readonly effect: Effect | { readonly lowest: Effect; readonly max: Effect; of(input: I): Effect };
  readonly idempotent?: boolean;
  /** Reaches beyond Home Assistant (the internet, an app store). */
  readonly openWorld?: boolean;
  readonly input: z.ZodType<I>;
  /** Checked in tests; on the wire it says "object". */
  readonly output: z.ZodType<O>;
  /** What the call sets off, so that the gate can judge the expanded target before anything is sent. */
  targets?(input: I): readonly Target[];
  /**
   * The effect of what the call sets off, where only the home can tell: which script an id means, what a new sequence does.
   * @param reached to be filled with what was judged, as `actionEffect` does
   */
  effectIn?(input: I, view: View, reached: Reached): Promise<Effect>;
  /** The items a configuration write touches, for the audit trail. */
  items?(input: I): readonly ItemRef[];
  /**
   * The call writes to the home by one edit and by nothing else, and that edit names its item by its final id from the beginning: so its
   * row tells what became of a call whose answer was lost. Left out where that is not so, or not sure.
   */
  isOneEdit?(input: I): boolean;
  /** The call makes an item under an id that is drawn for it alone: whatever bears that id was made by this call. */
  makesNewId?(input: I): boolean;
  run(input: I, context: ToolContext): Promise<O>;
  /** By kind: the jobs this tool starts and `told` what to keep. Its calls may become tasks of MCP. */
  readonly answers?: Readonly<Record<string, LateAnswer>>;
  /** For answers that are pictures; such a tool has no outputSchema. It bounds the bytes itself: only `body` is cut to size. */
  present?(output: O): Presented;
}

/** Gives a tool its types; the registry lists it as a plain `Tool`. */
export function defineTool<I, O>(tool: Tool<I, O>): Tool<I, O> {
  return tool;
}
