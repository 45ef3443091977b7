import { createHash } from 'node:crypto';
import { canonicalJson } from '@hub/core/canonical-json.ts';
import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import type { FleetHome } from '@hub/core/fleet-filter.ts';
import type { Database, Trx } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { savePlan, usePlan } from '@hub/db/fleet-plans.ts';
import { saveFirstStep } from '@hub/db/job-steps.ts';
import type { FleetArgs } from '@hub/jobs/fleet/args.ts';
import { LEFT_OUT, type LeftOut } from '@hub/jobs/fleet/left-out.ts';
import type { JobView } from '@hub/jobs/port.ts';
import type { FleetPlan, FleetPort, FleetRequest } from '@hub/tools/define.ts';
import type { Catalogue } from '../catalogue.ts';
import type { ConnectorAccess } from '../connector-access.ts';
import type { CallRequest, Nested } from '../run.ts';
import { findTool, readArguments } from '../understand.ts';
import { chooseHomes, ringsOf } from './choose-homes.ts';

export interface FleetDeps {
  readonly db: Database;
  readonly catalogue: Catalogue;
  /** @throws Fault STORAGE_UNAVAILABLE */
  fleetOf(connector: ConnectorAccess): Promise<readonly FleetHome[]>;
  /** In the transaction that spends the plan. */
  enqueue(trx: Trx, connector: ConnectorAccess, effect: Effect, args: FleetArgs): Promise<JobView>;
  hint(): void;
}

const PREVIEWS = 10;

/** One tool at many homes, for one call of one connector. Each home's call goes through the gate by itself. */
export function createFleet(deps: FleetDeps, call: CallRequest, nested: Nested): FleetPort {
  const { connector } = call;
  return {
    async plan(request): Promise<FleetPlan> {
      const { effect, digest, canPreview } = understand(deps, call, request);
      const isWrite = effect !== 'read';
      const fleet = await deps.fleetOf(connector);
      const { chosen, skipped } = chooseHomes(connector, fleet, request, { isWrite, isPlan: true });
      if (!isWrite) {
        return { isWrite: false, rings: [chosen.map(({ slug }) => slug)], skipped, previews: [], plan: undefined };
      }
      const rings = ringsOf(chosen, request.canary);
      const previews = canPreview
        ? await Promise.all(chosen.slice(0, PREVIEWS).map(({ id, slug }) => preview(nested, request, id, slug)))
        : [];
      const whose = { tenantId: connector.tenantId, connectorId: connector.id, digest };
      const ids = rings.map((ring) => ring.map(({ id }) => id));
      const plan = await savePlan(deps.db, whose, ids);
      return { isWrite: true, rings: rings.map((ring) => ring.map(({ slug }) => slug)), skipped, previews, plan };
    },
    async run(request, planId) {
      const { effect, digest } = understand(deps, call, request);
      const isWrite = effect !== 'read';
      const { tool, args, soakSeconds, maxFailures, maxFailedPercent, atOnce } = request;
      const { tenantId, id: connectorId } = connector;
      // Windows are judged at each home's turn, which may come hours later.
      const fleet = await deps.fleetOf(connector);
      const { chosen, skipped } = chooseHomes(connector, fleet, request, { isWrite, isPlan: false });
      const job = await tenantTrx(deps.db, tenantId, async (trx) => {
        const rings = isWrite
          ? await spend(trx, { tenantId, connectorId, digest }, planId)
          : [chosen.map(({ id }) => id)];
        const now = new Map(chosen.map(({ id, slug }) => [id, { id, slug }]));
        const [canaries = [], ...others] = rings.map((ring) => ring.flatMap((id) => now.get(id) ?? []));
        if (canaries.length === 0 && others.length > 0) throw noCanary();
        const left = [canaries, ...others].filter((ring) => ring.length > 0);
        const leftOut = leftOutOf(connector, rings.flat(), now, skipped);
        const limits = { soakSeconds, maxFailures, maxFailedPercent, atOnce };
        const job = await deps.enqueue(trx, connector, effect, { tool, args, isWrite, rings: left, ...limits });
        if (leftOut.length > 0) await saveFirstStep(trx, { tenantId, jobId: job.id }, LEFT_OUT, leftOut);
        return job;
      });
      deps.hint();
      return job;
    },
  };
}

/** Pinned, away, taken from the connector or gone since the plan was shown. */
function leftOutOf(
  { homes }: ConnectorAccess,
  planned: readonly string[],
  now: ReadonlyMap<string, unknown>,
  skipped: FleetPlan['skipped'],
): LeftOut {
  const slugs = new Map(homes.map(({ id, slug }) => [id, slug]));
  const reasons = new Map(skipped.map(({ home, why }) => [home, why]));
  return planned
    .filter((id) => !now.has(id))
    .map((id) => slugs.get(id) ?? id)
    .map((home) => ({ home, why: reasons.get(home) ?? 'no longer among the homes asked for' }));
}

/** The first of the others would be many, and all of them canaries. The plan is not spent. */
function noCanary(): Fault {
  return new Fault('VALIDATION_FAILED', 'No canary of this plan may be written to any more: nothing was changed.', {
    suggestion: 'Call again without plan_id for one with other canaries.',
  });
}

async function spend(
  trx: Trx,
  whose: { readonly tenantId: string; readonly connectorId: string; readonly digest: string },
  planId: string | undefined,
): Promise<readonly (readonly string[])[]> {
  const isId = planId !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(planId);
  const rings = isId ? await usePlan(trx, whose, planId) : undefined;
  if (rings) return rings;
  throw new Fault('VALIDATION_FAILED', 'There is no such plan for exactly this call: nothing was changed.', {
    suggestion: [
      'A plan is good once, for 15 minutes, for the connector, tool, arguments and choice of homes it was made for.',
      'Call again without plan_id, show the user the new plan, then pass its plan_id.',
    ],
  });
}

/** Judges tool and arguments before any home is asked. @throws Fault TOOL_NOT_AVAILABLE | VALIDATION_FAILED | HOME_NOT_FOUND */
function understand(deps: FleetDeps, call: CallRequest, request: FleetRequest) {
  const { tool: name, args, ...how } = request;
  const { connector } = call;
  const prepared = findTool(deps.catalogue, { ...call, name });
  const { tool, parameters } = prepared;
  if (tool.scope !== 'home') {
    throw new Fault('VALIDATION_INVALID_PARAMETER', `${name} is not a tool of one home, so it cannot run at many.`, {
      suggestion: 'Choose a tool that takes `home`.',
    });
  }
  if ('home' in args || 'preview' in args) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', 'Leave `home` and `preview` out of the arguments.', {
      suggestion: 'Choose homes by the filters; a call without plan_id previews.',
    });
  }
  const { input } = readArguments(prepared, { ...call, name, args: { ...args, home: connector.homes[0]?.id } });
  const effect: Effect = typeof tool.effect === 'string' ? tool.effect : tool.effect.of(input);
  const digest = createHash('sha256').update(canonicalJson({ name, input, how })).digest('hex');
  return { effect, digest, canPreview: parameters.includes('preview') };
}

async function preview(nested: Nested, { tool, args }: FleetRequest, id: string, slug: string) {
  const { body } = await nested(tool, { ...args, preview: true, home: id });
  const { success: _success, ...shown } = body;
  return { ...shown, home: slug };
}
