export const REPORT_TYPES = ['runtime_bug', 'agent_behavior', 'feature_request'] as const;

export type ReportType = (typeof REPORT_TYPES)[number];

export type ReportWords = Readonly<
  Partial<
    Record<'title' | 'description' | 'user_prompt' | 'user_comment' | 'ai_model' | 'client_app' | 'tool_calls', string>
  >
>;

export interface ReportFacts {
  readonly calls: readonly { readonly tool: string; readonly outcome: string; readonly error_code?: string }[];
  readonly errors: readonly string[];
  readonly [fact: string]: unknown;
}

const LABELS: Readonly<Record<ReportType, string>> = {
  runtime_bug: 'Bug',
  agent_behavior: 'Agent behavior',
  feature_request: 'Wish',
};

const MISSING = '(not told yet)';

export function issueTitle(type: ReportType, { title }: ReportWords, { calls }: ReportFacts): string {
  const failed = calls.findLast(({ error_code: code }) => code !== undefined);
  const own = failed ? `${failed.tool} answered ${failed.error_code}` : 'without a title';
  return `${LABELS[type]}: ${(title ?? own).replaceAll(/\s+/g, ' ').slice(0, 120)}`;
}

/** The report as Markdown. What came from outside stands in fences, so that it cannot pass for a part of the report. */
export function issueBody(type: ReportType, words: ReportWords, facts: ReportFacts): string {
  const { calls, errors, ...info } = facts;
  const what = type === 'feature_request' ? 'What is missed' : 'What happened';
  const sections: readonly (readonly [string, string | undefined])[] = [
    [what, words.description ?? MISSING],
    ['What was asked', words.user_prompt && fenced(words.user_prompt)],
    ["The user's words", words.user_comment && fenced(words.user_comment)],
    ['Calls in question', words.tool_calls && fenced(words.tool_calls)],
    ['Last calls', type === 'feature_request' || calls.length === 0 ? undefined : fenced(calls.map(line).join('\n'))],
    ['Errors of the home', type === 'runtime_bug' && errors.length > 0 ? fenced(errors.join('\n')) : undefined],
    ['Environment', environment({ ...info, ai_model: words.ai_model, client_app: words.client_app })],
  ];
  return sections.flatMap(([head, text]) => (text ? [`## ${head}\n\n${text}`] : [])).join('\n\n');
}

function line({ tool, outcome, error_code: code }: ReportFacts['calls'][number]): string {
  return `${tool}: ${outcome}${code === undefined ? '' : ` ${code}`}`;
}

function environment(info: Readonly<Record<string, unknown>>): string {
  const known = Object.entries(info).filter(([, value]) => value !== undefined && value !== null);
  return known.map(([name, value]) => `- ${name}: ${String(value)}`).join('\n');
}

/** A fence longer than any inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
