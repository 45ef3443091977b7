/** Which clients a short list helps. Names are those of `clientInfo`; what we do not know gets the whole list. */

/** They look tools up themselves, or feed models that read a hundred descriptions with ease. */
const HAS_OWN_SEARCH = /claude|anthropic|codex|gemini/i;

/** Mostly in front of small or local models, whose context a whole list would fill. */
const IS_SMALL_OR_LOCAL =
  /ollama|ollmcp|lm-?\s?studio|\bjan\b|anythingllm|open-?\s?webui|llama|gpt4all|msty|kobold|5ire|mcphost|cherry\s?studio|witsy|oterm/i;

/** How many tools a client takes in all, those of its other servers included. */
const CAPS: readonly (readonly [client: RegExp, tools: number])[] = [
  [/cursor/i, 40],
  [/windsurf|cascade/i, 100],
  [/visual studio code|vscode|copilot/i, 128],
  [/openai|chatgpt/i, 128],
];

/** What `auto` means for this client with a whole list of `count` tools. */
export function wantsSearch(clientName: string | undefined, count: number): boolean {
  if (clientName === undefined || HAS_OWN_SEARCH.test(clientName)) return false;
  if (IS_SMALL_OR_LOCAL.test(clientName)) return true;
  const cap = CAPS.find(([client]) => client.test(clientName))?.[1];
  return cap !== undefined && count > cap;
}
