export interface ContentItem {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A plain MCP tool result. Put the JSON of `structuredContent` into `content` as text as well: many clients show only that. */
export interface CallResult {
  readonly content: readonly ContentItem[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
  readonly _meta?: Readonly<Record<string, unknown>>;
}
