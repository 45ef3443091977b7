/** Lines to paste into the clients people use, for one connector URL. */
export function clientLines(url: string): string[] {
  const bridge = JSON.stringify({
    mcpServers: { 'home-assistant': { command: 'npx', args: ['-y', 'mcp-remote', url] } },
  });
  const gemini = JSON.stringify({ mcpServers: { 'home-assistant': { httpUrl: url } } });
  const vscode = JSON.stringify({ name: 'home-assistant', type: 'http', url });
  return [
    'Connect a client:',
    `  Claude Code     claude mcp add --scope user --transport http home-assistant ${url}`,
    `  Claude Desktop  in claude_desktop_config.json: ${bridge}`,
    `  Gemini CLI      gemini mcp add --scope user --transport http home-assistant ${url}`,
    `                  or in ~/.gemini/settings.json: ${gemini}`,
    `  VS Code         code --add-mcp '${vscode}'`,
    `  Any other       Streamable HTTP at ${url}`,
  ];
}
