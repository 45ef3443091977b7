import type { Effect } from '@hub/core/effect.ts';
import type { HomeHold } from '@hub/db/home-holders.ts';
import type { View } from '@hub/ha/view.ts';
import type { JobsPort } from '@hub/jobs/port.ts';
import type { EditsPort, Question, ToolContext } from '@hub/tools/define.ts';
import type { Approvals } from './approvals.ts';
import type { BestPractice } from './best-practice.ts';
import type { Catalogue } from './catalogue.ts';
import type { ConnectorAccess, HomeAccess } from './connector-access.ts';
import type { CallResult } from './envelope.ts';
import type { CallObserver } from './observe.ts';
import type { OpenHome } from './open-home.ts';
import type { RepeatedCreates } from './repeated-creates.ts';
import type { CallRequest, Nested, Run } from './run.ts';
import type { Traffic } from './traffic.ts';
import type { Trail } from './trail.ts';

/** What a tool's context is made of besides the call itself. */
export type ContextFactory = (call: {
  readonly request: CallRequest;
  readonly callId: string;
  readonly tool: string;
  readonly home: HomeAccess | undefined;
  /** What the call was judged by, its expanded target included. */
  readonly effect: Effect;
  readonly view: View | undefined;
  readonly signal: AbortSignal;
  /** The caller's list is the short one. */
  readonly isSearching: boolean;
  readonly nested: Nested;
  readonly ask: (question: Question) => Promise<void>;
  /** Stands between the tool and its edits. */
  readonly throughEdits: (edits: EditsPort) => EditsPort;
  /** Likewise. */
  readonly throughJobs: (jobs: JobsPort) => JobsPort;
}) => ToolContext;

/** Homes whose one link another replica has. */
export interface Elsewhere {
  /** Asks nobody: the way of every call to a home held here. */
  isHere(homeId: string): boolean;
  /** By what this replica holds it: a write is stored only while that stands. Undefined when it does not, or hands it over. */
  holdOf(homeId: string): HomeHold | undefined;
  /** The answer of the home's holder; undefined when this replica turned out to be it. @throws Fault */
  call(run: Run, home: HomeAccess, isRead: boolean): Promise<CallResult | undefined>;
}

export interface GateDeps {
  readonly catalogue: Catalogue;
  /** Opens (or finds) the link and gives the connector's view of it. */
  readonly openHome: (home: HomeAccess, connector: ConnectorAccess) => Promise<OpenHome>;
  readonly context: ContextFactory;
  readonly approvals: Approvals;
  readonly trail: Trail;
  readonly traffic: Traffic;
  readonly bestPractice: BestPractice;
  readonly repeatedCreates: RepeatedCreates;
  readonly observer: CallObserver;
  /** Undefined where this process holds every home. */
  readonly elsewhere?: Elsewhere;
}
