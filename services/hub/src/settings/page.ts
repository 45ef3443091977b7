import { createHash } from 'node:crypto';
import { type Html, html } from './html.ts';

const STYLE = `
:root{color-scheme:light dark;--bg:#f5f6f8;--card:#fff;--text:#1c2733;--soft:#556270;--line:#d9dee4;--accent:#0b6bcb;--good:#0f6d3b;--bad:#a11}
@media(prefers-color-scheme:dark){:root{--bg:#12171d;--card:#1b222a;--text:#e6ebf0;--soft:#a3afbb;--line:#333d47;--accent:#6cb4ff;--good:#6fd39a;--bad:#ff9a9a}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,sans-serif}
header,main{max-width:56rem;margin:0 auto;padding:1rem 1.25rem}
header{display:flex;align-items:center;justify-content:space-between;gap:1rem}
header a{font-weight:650;color:inherit;text-decoration:none}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 1rem}
h2{font-size:1.15rem;margin:2rem 0 .6rem}
a{color:var(--accent)}
.card,fieldset{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.25rem;margin:0 0 1.25rem}
legend{font-weight:650;padding:0 .4rem;margin-left:-.4rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
th{font-size:.85rem;color:var(--soft);font-weight:600}
th.tick,td.tick{width:4.5rem;text-align:center;padding-right:0}
.scroll{overflow-x:auto}
fieldset{min-width:0}
p{margin:.25rem 0 .75rem}
.soft,small{color:var(--soft)}
label.choice{display:block;margin:.45rem 0;padding-left:1.9rem;text-indent:-1.9rem}
label.choice input{margin:0 .6rem 0 0;width:1.1rem;height:1.1rem;vertical-align:-.15rem}
label.choice small{display:block;text-indent:0}
input[type=checkbox]{width:1.1rem;height:1.1rem;accent-color:var(--accent)}
input[type=radio]{accent-color:var(--accent)}
input[type=password],textarea,select{width:100%;font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:.4rem;padding:.5rem .65rem}
textarea{font-family:ui-monospace,monospace;font-size:.9rem;min-height:9rem}
button{font:inherit;font-weight:600;border:0;border-radius:.4rem;padding:.55rem 1.2rem;background:var(--accent);color:var(--card);cursor:pointer}
button.quiet{background:none;color:var(--accent);padding:.3rem .2rem;font-weight:400}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.note{border-radius:.5rem;padding:.7rem 1rem;margin:0 0 1rem;border:1px solid currentcolor}
.good{color:var(--good)}.bad{color:var(--bad)}
code{font-size:.92em;overflow-wrap:anywhere}
`;

const STYLE_DIGEST = createHash('sha256').update(STYLE).digest('base64');

/** No script at all, this style alone, forms to this hub alone, in no frame. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  // With no-referrer at all browsers would hide from which page a form came.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** Of a signed-in browser: lets it sign out. */
  readonly token?: string | undefined;
  readonly notice?: { readonly kind: 'good' | 'bad'; readonly text: string } | undefined;
}

export function pageText({ title, body, token, notice }: Page): string {
  const style: Html = { html: `<style>${STYLE}</style>` };
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ha-mcp-hub</title>
${style}
</head>
<body>
<header>
<a href="/settings">ha-mcp-hub settings</a>
${token !== undefined && html`<form method="post" action="/settings/logout"><input type="hidden" name="token" value="${token}"><button class="quiet">Sign out</button></form>`}
</header>
<main>
<h1>${title}</h1>
${notice && html`<p class="note ${notice.kind}" role="${notice.kind === 'bad' ? 'alert' : 'status'}">${notice.text}</p>`}
${body}
</main>
</body>
</html>
`;
  return page.html;
}
