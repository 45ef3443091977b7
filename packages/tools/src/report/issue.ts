import { Fault } from '@hub/core/fault.ts';
import { readSystemLog } from '@hub/ha/logs.ts';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { defineTool, type RecentCall, type ToolContext } from '../define.ts';
import { project } from '../shared/fields.ts';
import { count, stringList, successShape } from '../shared/parameters.ts';
import { issueBody, issueTitle, REPORT_TYPES, type ReportFacts } from './issue-body.ts';
import { withoutTraces } from './without-traces.ts';

const MAX_ERRORS = 10;
const MAX_ERROR_TEXT = 300;
/** A home that does not answer is a reason to report, not to wait. */
const HOME_DEADLINE_MS = 5_000;

const text = z.string().optional();

const input = z.strictObject({
  tool_call_count: count(1, 16).default(10).describe('how many calls back it began'),
  fields: stringList('keys to keep').optional(),
  report_type: z.enum(REPORT_TYPES).default('runtime_bug').describe('agent_behavior: you used the tools badly'),
  title: text.describe('one line'),
  description: text.describe('steps, expected, seen instead; no names, addresses or secrets'),
  user_prompt: text.describe('what the user asked, word for word'),
  user_comment: text.describe("the user's own words on it; ask, never invent"),
  ai_model: text.describe('which model you are'),
  client_app: text.describe('app and version, as the user says'),
  tool_calls: text.describe('the calls in question with arguments and answers, shortened'),
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_report_issue',
  title: 'Report Issue or Feedback',
  docs: 'Writes a report for whoever runs this hub when a tool fails or answers wrongly, or the user is unhappy with your work or misses something: versions, your last calls, errors of the home, your own words. It sends nothing; show it to the user. To repair the home use ha_get_logs and ha_get_system_health.',
  tags: ['Utilities'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input,
  output: z.looseObject({ ...successShape, diagnostic_info: z.looseObject({}).optional() }),
  async run(call, context): Promise<Readonly<Record<string, unknown>> & { readonly success: true }> {
    const [home, calls, errors] = await Promise.all([
      homeFacts(context),
      callsBefore(call, context),
      homeErrors(context),
    ]);
    const facts: ReportFacts = { ...diagnosticInfo(context, home), calls, errors };
    const { calls: _, errors: __, ...info } = facts;
    const words = cleaned(call);
    const body = issueBody(call.report_type, words, facts);
    const title = issueTitle(call.report_type, words, facts);
    const usual = {
      success: true as const,
      diagnostic_info: info,
      recent_logs: calls,
      log_count: calls.length,
      core_error_log: errors.join('\n'),
      issue_title: title,
      issue_body: body,
      anonymization_guide:
        'Addresses, mail, coordinates and long keys were taken out of logs and texts. Read it once more for names of people and places before it is passed on.',
      missing_tool_hint:
        'A tool that seems to be missing: ask for tools/list again or reconnect first; the owner may also have switched it off.',
      instructions:
        'Show issue_title and issue_body to the user, correct what they want, and let them hand it to whoever runs the hub. Call again with title and description where they are still missing.',
    };
    // A first call without words gets the same under older names, which prompts and skills may ask for.
    if (!call.fields && Object.keys(words).length > 0) return usual;
    const older = {
      suggested_title: title,
      formatted_report: body,
      runtime_bug_template: issueBody('runtime_bug', words, facts),
      agent_behavior_template: issueBody('agent_behavior', words, facts),
      // The hub's own log is its operator's, and apps have theirs in ha_get_logs.
      ...{ startup_logs: [], startup_log_count: 0, addon_logs: '' },
    };
    return { success: true as const, ...project({ ...usual, ...older }, call.fields) };
  },
});

function cleaned(call: Input) {
  const keys = ['title', 'description', 'user_prompt', 'user_comment', 'ai_model', 'client_app', 'tool_calls'] as const;
  return Object.fromEntries(
    keys.flatMap((key) => (call[key]?.trim() ? [[key, withoutTraces(call[key].trim())]] : [])),
  ) as Partial<Record<(typeof keys)[number], string>>;
}

async function homeFacts({ home, homes, signal }: ToolContext) {
  const known = (await homes.list()).find(({ id }) => id === home.id);
  const is_simulated_home = known?.isSimulated ?? home.info.isSimulated;
  try {
    await home.ready({ signal, deadlineMs: HOME_DEADLINE_MS });
    return { connection_status: 'connected', entity_count: (await home.states()).size, is_simulated_home };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { connection_status: `not connected: ${error.code}`, entity_count: null, is_simulated_home };
  }
}

function diagnosticInfo({ home, caller }: ToolContext, facts: Awaited<ReturnType<typeof homeFacts>>) {
  const { haVersion, isAdmin, components } = home.info;
  return {
    hub_version: packageJson.version,
    home_assistant_version: haVersion ?? 'unknown',
    ...facts,
    has_admin_token: isAdmin,
    has_supervisor: components.has('hassio'),
    mcp_client: caller.clientName ?? 'unknown',
    node_version: process.version,
    platform: `${process.platform} ${process.arch}`,
    call_id: caller.callId,
  };
}

/** Oldest first, without arguments: those may name people and places. */
async function callsBefore({ tool_call_count: wanted }: Input, { recentCalls }: ToolContext) {
  const calls = await recentCalls(wanted + 1);
  return calls
    .filter(({ tool: name }) => name !== 'ha_report_issue')
    .slice(0, wanted)
    .map(rowOf)
    .reverse();
}

function rowOf({ at, tool: name, outcome, faultCode, durationMs }: RecentCall) {
  return {
    at: at.toISOString(),
    tool: name,
    outcome,
    ...(faultCode === undefined ? {} : { error_code: faultCode }),
    ...(durationMs === undefined ? {} : { duration_ms: durationMs }),
  };
}

/** The newest errors of the home; none where it cannot be asked. */
async function homeErrors({ home, signal }: ToolContext): Promise<string[]> {
  try {
    const entries = await readSystemLog(home, { signal, deadlineMs: HOME_DEADLINE_MS });
    return entries
      .filter(({ level }) => level === 'ERROR' || level === 'CRITICAL')
      .slice(0, MAX_ERRORS)
      .map(({ level, name, message, count: times }) => {
        const what = withoutTraces(message[0] ?? '').slice(0, MAX_ERROR_TEXT);
        return `${level} ${name}${times > 1 ? ` (${times} times)` : ''}: ${what}`;
      });
  } catch (error) {
    if (error instanceof Fault) return [];
    throw error;
  }
}
