const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
} as const;

/** What a person sees who opens a connector URL in a browser. It holds no secret and nothing about the homes behind it. */
export function landingPage(): { readonly headers: typeof PAGE_HEADERS; readonly html: string } {
  return { headers: PAGE_HEADERS, html: PAGE };
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Home connector</title>
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
  body { margin: 0 auto; padding: 3rem 1.25rem 4rem; max-width: 42rem; font: 1rem/1.6 system-ui, sans-serif; }
  h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; }
  h2 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
  pre { margin: .4rem 0 0; padding: .75rem 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; font-size: .9rem; }
  .note { margin: 1.5rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-left: .3rem solid #c2410c; border-radius: .5rem; }
</style>
</head>
<body>
<main>
<h1>This address connects an AI assistant to a home</h1>
<p>It speaks the Model Context Protocol (MCP). Give it to an assistant that you trust, and the assistant can work with the Home Assistant homes behind it, within the limits set by the person who made this connector.</p>
<p class="note"><strong>Treat this address like a key.</strong> Whoever has it can do what the connector allows. Do not post it, mail it or put it into a shared document. If it got out, ask the person who runs the hub to rotate or revoke it.</p>
<p>Below, replace <code>URL</code> by the full address from the address bar.</p>
<h2>Claude, ChatGPT and other assistants in a browser</h2>
<p>In the settings for connectors (ChatGPT: in developer mode) add a custom connector, and paste the address. No sign-in is needed. The address must be reachable from the internet over HTTPS.</p>
<h2>Claude Code</h2>
<pre>claude mcp add --scope user --transport http home URL</pre>
<h2>Gemini CLI (settings.json)</h2>
<pre>{ "mcpServers": { "home": { "httpUrl": "URL" } } }</pre>
<h2>VS Code (MCP: Open User Configuration)</h2>
<pre>{ "servers": { "home": { "type": "http", "url": "URL" } } }</pre>
<h2>Programs that only start local servers</h2>
<pre>npx mcp-remote URL</pre>
<h2>Anything else</h2>
<p>Transport &ldquo;Streamable HTTP&rdquo;, this address, no authentication.</p>
</main>
</body>
</html>
`;
